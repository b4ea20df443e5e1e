import { connect } from './session.ts';
import { Feed } from './feed/feed.ts';
import type { News, TabMessage } from './feed/news.ts';

type Take = (news: News) => void;

/**
 * Follows the engine in the stream that all tabs share, or where a browser has no shared workers in one of this tab's own.
 * Returns what ends that.
 */
export function openFeed(secret: string, take: Take): () => void {
  const worker = startWorker();
  if (worker === null) return followAlone(secret, take);
  let leave = followTogether(worker.port, { secret, take });
  worker.addEventListener('error', () => {
    leave();
    leave = followAlone(secret, take);
  });
  return () => leave();
}

function startWorker(): SharedWorker | null {
  try {
    return new SharedWorker(new URL('./feed-worker.js', import.meta.url), { type: 'module' });
  } catch {
    return null; // there are none, or this browser's settings forbid them
  }
}

function followTogether(port: MessagePort, { secret, take }: { secret: string; take: Take }): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const say = (message: TabMessage) => port.postMessage(message);
  port.addEventListener(
    'message',
    ({ data }: MessageEvent<readonly News[]>) => {
      data.forEach(take);
      say({ kind: 'taken' });
    },
    { signal },
  );
  port.start();
  addEventListener('pagehide', () => say({ kind: 'leave' }), { signal });
  addEventListener('pageshow', ({ persisted }) => persisted && say({ kind: 'enter', secret }), { signal });
  say({ kind: 'enter', secret });
  return () => {
    stop.abort();
    say({ kind: 'leave' });
  };
}

function followAlone(secret: string, take: Take): () => void {
  const feed = new Feed({ connect: (onStuck) => connect(secret, onStuck) });
  const joined = feed.join((batch) => {
    queueMicrotask(() => {
      batch.forEach(take);
      joined.taken();
    });
  });
  return joined.leave;
}
