import { describe, expect, it } from 'vitest';
import type { ChatSummary } from '../../src/client/client.ts';
import { createTestClient, frame, id, json, stream, take, type Arrival, type Reply } from './stand-in.ts';

const TS = '2026-01-01T00:00:00.000Z';
const COUNTERS = {
  uptimeSeconds: 1,
  hasActiveSSHSessions: false,
  activeSseClients: 0,
  chatsTotal: 1,
  chatsProcessing: 0,
  reposTotal: 0,
  hooksRunning: false,
};
const BOOT = { state: 'ready', since: TS };
const REQUEST = { id: 'r1', kind: 'plan', plan: 'Do it.', openedAt: TS, expiresAt: TS };

describe('the state of a workspace', () => {
  it('is shown once it is the state as of one event, though it was read in several calls', async () => {
    const { client, arrivals } = createTestClient([
      byPath({
        '/chats': json({ chats: [chat('one')], lastEventId: id(3) }),
        '/repos': json({ repos: [], lastEventId: id(4) }),
        '/status': json({ ...COUNTERS, version: '1', boot: BOOT, lastEventId: id(5) }),
        '/events': stream([updated(4, 'two'), updated(5, 'three'), updated(6, 'four')], 'stays'),
      }),
    ]);

    const [first] = await take(client.follow(), 1);

    expect(first).toMatchObject({ event: null, lastEventId: id(5), state: { chats: [{ title: 'three' }] } });
    expect(cursors(arrivals)).toEqual([id(3)]);
  });

  it('carries the actors and what hooks print in the same connection', async () => {
    const beside: unknown[] = [];
    const actors = '{"actors":[],"gone":["a"],"steps":[],"dropped":0}';
    const { client, arrivals } = createTestClient([
      byPath({
        ...quietWorkspace(),
        '/events?also=actors%2ChookOutput': stream([
          `event: snapshot\ndata: ${actors}\n\n`,
          'event: line\ndata: [app] one\n\n',
          frame(2, 'boot.changed', { state: 'ready' }),
        ]),
      }),
    ]);

    await take(
      client.follow({
        onActors: (news) => beside.push(news),
        onHookLine: (line) => beside.push(line),
      }),
      2,
    );

    expect(beside).toEqual([
      { isSnapshot: true, actors: [], gone: ['a'], steps: [], dropped: 0 },
      '[app] one',
    ]);
    expect(arrivals.map(({ path }) => path).filter((path) => path.startsWith('/events'))).toEqual([
      '/events?also=actors%2ChookOutput',
    ]);
  });

  it('follows chats, requests, counters, boot and repositories', async () => {
    const { client } = createTestClient([
      byPath({
        ...quietWorkspace(),
        '/events': stream([
          frame(2, 'chat.created', { chat: chat('new', 'b') }),
          frame(3, 'chat.request.opened', { chatId: 'b', messageId: 'm', request: REQUEST }),
          frame(4, 'engine.status.changed', { status: { ...COUNTERS, chatsTotal: 2 } }),
          frame(5, 'boot.changed', { state: 'runningHooks' }),
          frame(6, 'chat.request.closed', { chatId: 'b', requestId: 'r1', outcome: 'allowed' }),
          frame(7, 'chat.deleted', { chatId: 'a' }),
        ]),
      }),
    ]);

    const states = (await take(client.follow(), 7)).map(({ state }) => state);

    expect(states[0]).toEqual({
      version: '1',
      boot: BOOT,
      status: COUNTERS,
      chats: [chat('one')],
      requests: {},
      repos: [],
    });
    expect(states[2]?.requests).toEqual({ b: [REQUEST] });
    expect(states[6]).toEqual({
      version: '1',
      boot: { state: 'runningHooks', since: TS },
      status: { ...COUNTERS, chatsTotal: 2 },
      chats: [chat('new', 'b')],
      requests: {},
      repos: [],
    });
  });

  it('is read again after a reset', async () => {
    const reset = frame(9, 'stream.reset', { reason: 'expired', oldestId: id(8), latestId: id(9) });
    const { client, arrivals } = createTestClient([
      byPath({
        ...quietWorkspace(),
        '/chats': inTurn(
          json({ chats: [chat('one')], lastEventId: id(1) }),
          json({ chats: [chat('nine')], lastEventId: id(9) }),
        ),
        '/status': inTurn(status(1), status(9)),
        '/events': inTurn(stream([reset, updated(10, 'never shown')]), stream([updated(10, 'ten')])),
      }),
    ]);

    const joined = await take(client.follow(), 3);

    expect(joined.map(({ state, event }) => [state.chats[0]?.title, event?.id ?? null])).toEqual([
      ['one', null],
      ['nine', null],
      ['ten', id(10)],
    ]);
    expect(cursors(arrivals)).toEqual([id(1), id(9)]);
  });

  it.each(['shutting_down', 'restoring'])('waits for an engine that is not there yet: %s', async (code) => {
    const gone = json({ error: 'Later.', code }, 503);
    const { client } = createTestClient(
      [byPath({ ...quietWorkspace(), '/chats': inTurn(gone, gone, gone, quietWorkspace()['/chats']) })],
      { attempts: 1 },
    );

    expect(await take(client.follow(), 1)).toHaveLength(1);
  });

  it('is refused with a wrong secret', async () => {
    const { client } = createTestClient([json({ error: 'No.', code: 'unauthorized' }, 401)]);

    await expect(take(client.follow(), 1)).rejects.toMatchObject({ code: 'unauthorized' });
  });
});

describe('the state of a chat', () => {
  it('begins with the end of its history and ends when it is deleted', async () => {
    const { client, arrivals } = createTestClient([
      byPath({
        '/chats/a': json({ chat: chat('one'), lastEventId: id(1) }),
        '/chats/a/requests': json({ requests: [REQUEST] }),
        '/chats/a/history?limit=5': json(history(2)),
        '/events?chatId=a': inTurn(
          stream([frame(2, 'chat.request.closed', { chatId: 'a', requestId: 'r1', outcome: 'expired' })]),
          stream([updated(3, 'three'), frame(4, 'chat.deleted', { chatId: 'a' })]),
        ),
      }),
    ]);

    const joined = await take(client.followChat('a', { historyLimit: 5 }), 10);

    expect(joined).toEqual([
      {
        state: { chat: chat('one'), requests: [], history: history(2) },
        event: null,
        lastEventId: id(2),
      },
      expect.objectContaining({
        lastEventId: id(3),
        event: expect.objectContaining({ type: 'chat.updated' }),
      }),
      expect.objectContaining({
        lastEventId: id(4),
        event: expect.objectContaining({ type: 'chat.deleted' }),
      }),
    ]);
    expect(cursors(arrivals)).toEqual([id(1), id(2)]);
  });
});

function quietWorkspace() {
  return {
    '/chats': json({ chats: [chat('one')], lastEventId: id(1) }),
    '/repos': json({ repos: [], lastEventId: id(1) }),
    '/status': status(1),
  };
}

function status(number: number): Reply {
  return json({ ...COUNTERS, version: '1', boot: BOOT, lastEventId: id(number) });
}

function history(number: number) {
  return {
    threadId: null,
    codingAgent: 'claude',
    events: [{ timestamp: TS, type: 'claude-user', payload: {} }],
    total: 1,
    hasMore: false,
    beforeCursor: null,
    lastEventId: id(number),
  };
}

function chat(title: string, chatId = 'a'): ChatSummary {
  return {
    id: chatId,
    provider: 'claude',
    title,
    createdAt: TS,
    updatedAt: TS,
    processing: false,
    parentChatId: null,
    state: 'idle',
  };
}

function updated(number: number, title: string): string {
  return frame(number, 'chat.updated', { chat: chat(title) });
}

function byPath(replies: Record<string, Reply>): Reply {
  return (arrival) => {
    const reply = replies[arrival.path];
    if (!reply) throw new Error(`Nobody expected ${arrival.path}`);
    return reply(arrival);
  };
}

/** Answers the first time with the first, and so on; the last answers all further ones. */
function inTurn(...replies: [Reply, ...Reply[]]): Reply {
  let count = 0;
  return (arrival) => {
    const reply = replies[Math.min(count, replies.length - 1)] ?? replies[0];
    count += 1;
    return reply(arrival);
  };
}

function cursors(arrivals: readonly Arrival[]): (string | null)[] {
  return arrivals
    .filter(({ path }) => path.startsWith('/events'))
    .map(({ headers }) => headers.get('last-event-id'));
}
