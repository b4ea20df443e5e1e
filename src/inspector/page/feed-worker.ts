import './no-eval.ts';
import { connect } from './session.ts';
import { Feed, type Joined } from './feed/feed.ts';
import type { TabMessage } from './feed/news.ts';

/*
 * What all tabs of this page in a browser share: one stream for each secret they have shown. A tab is told only of the
 * engine whose secret it brought itself.
 */

const feeds = new Map<string, Feed>();

self.addEventListener('connect', (event) => {
  const port = event instanceof MessageEvent ? event.ports[0] : undefined;
  if (port !== undefined) serve(port);
});

function serve(port: MessagePort): void {
  let leave = () => {};
  let joined: Joined | null = null;
  port.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
    if (data.kind === 'taken') return joined?.taken();
    leave();
    if (data.kind === 'enter') [joined, leave] = enter(port, data.secret);
  });
  port.addEventListener('close', () => leave());
  port.start();
}

function enter(port: MessagePort, secret: string): [Joined, () => void] {
  const feed = feeds.get(secret) ?? new Feed({ connect: (onStuck) => connect(secret, onStuck) });
  feeds.set(secret, feed);
  const joined = feed.join((batch) => port.postMessage(batch));
  const leave = () => {
    joined.leave();
    if (!feed.hasReaders && feeds.get(secret) === feed) feeds.delete(secret);
  };
  return [joined, leave];
}
