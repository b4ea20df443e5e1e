import { describe, expect, it } from 'vitest';
import {
  EngineClientError,
  type EngineClient,
  type FollowOptions,
  type Joined,
  type WorkspaceState,
} from '../../../../src/client/client.ts';
import { Feed } from '../../../../src/inspector/page/feed/feed.ts';
import type { News } from '../../../../src/inspector/page/feed/news.ts';

const WORKSPACE = { version: '1', chats: [] } as unknown as WorkspaceState;
const ACTOR = { path: 'engine' } as never;
const CHANGE = { gone: [], steps: [], dropped: 0, isSnapshot: false };

describe('the stream that tabs share', () => {
  it('is one, however many tabs there are, and is closed with the last of them', () => {
    const { feed, streams } = startFeed();

    const [first, second] = [feed.join(() => {}), feed.join(() => {})];
    first.leave();
    expect(streams.map(({ signal }) => signal?.aborted)).toEqual([false]);
    second.leave();

    expect(streams.map(({ signal }) => signal?.aborted)).toEqual([true]);
  });

  it('is opened anew for a tab that comes when all others have left', () => {
    const { feed, streams } = startFeed();

    feed.join(() => {}).leave();
    feed.join(() => {});

    expect(streams.map(({ signal }) => signal?.aborted)).toEqual([true, false]);
  });

  it('is opened anew for a tab that comes when it has failed, and goes on for those that were there', async () => {
    const { feed, streams, fail } = startFeed();
    const first = tabOf(feed);
    await fail(new EngineClientError({ code: 'unexpected_answer', message: 'This is why.' }));

    const reloaded = tabOf(feed);
    streams[1]?.onConnection?.({ state: 'open' });
    await settled();

    const open = { kind: 'connection', connection: { state: 'open', reason: null } };
    expect([first, reloaded].map(({ news }) => news.findLast(({ kind }) => kind === 'connection'))).toEqual([
      open,
      open,
    ]);
  });

  it('tells that tab nothing of how the one before ended', async () => {
    const { feed } = startFeed();
    feed.join(() => {}).leave();
    const tab = tabOf(feed);
    await settled();

    expect(tab.news.filter(({ kind }) => kind === 'connection')).toEqual([
      { kind: 'connection', connection: { state: 'connecting', reason: null } },
    ]);
  });

  it('goes on without a gap when the tab leaves that opened it', async () => {
    const { feed, tell } = startFeed();
    const first = feed.join(() => {});
    const second = tabOf(feed);
    await tell(joined(null));

    await tell(joined('1'));
    first.leave();
    await tell(joined('2'));

    expect(second.events()).toEqual(['1', '2']);
  });

  it('tells a tab that comes late what is known, then what comes', async () => {
    const { feed, tell, streams } = startFeed();
    feed.join(() => {});
    streams[0]?.onConnection?.({ state: 'open' });
    streams[0]?.onActors?.({ ...CHANGE, actors: [ACTOR] });
    streams[0]?.onHookLine?.('[app] one');
    await tell(joined(null));
    await tell(joined('1'));

    const late = tabOf(feed);
    await tell(joined('2'));

    expect(late.news).toEqual([
      { kind: 'connection', connection: { state: 'open', reason: null } },
      { kind: 'actors', news: { ...CHANGE, actors: [ACTOR], isSnapshot: true } },
      { kind: 'lines', lines: [{ number: 1, text: '[app] one', hidden: 0 }], isAll: true },
      { kind: 'workspace', workspace: { ...WORKSPACE, version: '1' } },
      { kind: 'event', event: eventOf('2') },
    ]);
  });

  it('keeps little for a tab that is asleep, and tells it everything anew when it wakes', async () => {
    const { feed, tell, streams } = startFeed();
    await tell(joined(null));
    const batches: (readonly News[])[] = [];
    const { taken } = feed.join((batch) => batches.push(batch));
    await tell(joined(null));
    for (let number = 0; number < 3_000; number += 1) {
      streams[0]?.onActors?.({ ...CHANGE, actors: [ACTOR] });
    }
    expect(batches).toHaveLength(1);

    taken();

    expect(batches[1]?.map(({ kind }) => kind)).toEqual(['connection', 'actors', 'lines', 'workspace']);
  });

  it('keeps the end of what hooks print, however much that is', () => {
    const { feed, streams } = startFeed();
    const batches: (readonly News[])[] = [];
    const { taken } = feed.join((batch) => batches.push(batch));

    for (let number = 1; number <= 10_000; number += 1) streams[0]?.onHookLine?.(`line ${number}`);
    taken();

    const lines = batches.flat().flatMap((news) => (news.kind === 'lines' ? news.lines : []));
    expect(lines.length).toBeLessThanOrEqual(2_000);
    expect(lines.at(-1)).toEqual({ number: 10_000, text: 'line 10000', hidden: 0 });
  });

  it('cuts a long line where it comes in, and says how much is hidden', async () => {
    const { feed, streams } = startFeed();
    const tab = tabOf(feed);

    streams[0]?.onHookLine?.('x'.repeat(65_536));
    await settled();

    expect(tab.news.at(-1)).toEqual({
      kind: 'lines',
      lines: [{ number: 1, text: 'x'.repeat(2_000), hidden: 63_536 }],
      isAll: false,
    });
  });

  it.each([
    ['unauthorized', 'refused'],
    ['unexpected_answer', 'failed'],
  ])('that ends with %s is %s, with the reason', async (code, state) => {
    const { feed, fail } = startFeed();
    const tab = tabOf(feed);

    await fail(new EngineClientError({ code, message: 'This is why.' }));

    expect(tab.news.at(-1)).toEqual({ kind: 'connection', connection: { state, reason: 'This is why.' } });
  });
});

/** A feed whose engine says what a test lets it say. */
function startFeed() {
  const streams: FollowOptions[] = [];
  const said: (Joined<WorkspaceState> | Error)[] = [];
  let wake = () => {};
  async function* follow(options: FollowOptions) {
    streams.push(options);
    for (;;) {
      for (const each of said.splice(0)) {
        if (each instanceof Error) throw each;
        yield each;
      }
      await new Promise<void>((resolve, reject) => {
        wake = resolve;
        options.signal?.addEventListener('abort', () => reject(new Error('It was closed.')));
      });
    }
  }
  const client = { follow } as unknown as EngineClient;
  const feed = new Feed({ connect: () => client });
  const tell = async (each: Joined<WorkspaceState> | Error) => {
    said.push(each);
    wake();
    await settled();
  };
  return { feed, streams, tell, fail: tell };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

/** A tab that takes what it gets at once. */
function tabOf(feed: Feed) {
  const news: News[] = [];
  const tab = feed.join((batch) => {
    news.push(...batch);
    queueMicrotask(() => tab.taken());
  });
  const events = () => news.flatMap((each) => (each.kind === 'event' ? [each.event.id] : []));
  return { ...tab, news, events };
}

function joined(id: string | null): Joined<WorkspaceState> {
  return { state: WORKSPACE, event: id === null ? null : eventOf(id), lastEventId: id ?? '0' };
}

function eventOf(id: string) {
  return { id, ts: '2026-01-01T00:00:00.000Z', type: 'chat.deleted', payload: { chatId: 'c' } } as const;
}
