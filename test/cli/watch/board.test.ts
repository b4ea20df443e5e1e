import { expect, it } from 'vitest';
import { BoardKeeper } from '../../../src/cli/watch/board.ts';
import {
  EngineClientError,
  type EngineClient,
  type EngineEvent,
  type WorkspaceState,
} from '../../../src/client/client.ts';

const TS = '2026-01-01T00:00:00.000Z';
const USED = [{ type: 'tool_use', id: 't', name: 'Bash', input: { command: 'npm test' } }];
const PROGRESS = { timestamp: TS, type: 'claude-tool_progress', payload: {} };
const SAID = { timestamp: TS, type: 'claude-assistant', payload: { message: { content: USED } } };

function open() {
  const reads: string[] = [];
  const read =
    <Value>(name: string, value: Value) =>
    async (chatId?: unknown) => {
      reads.push(typeof chatId === 'string' ? `${name} ${chatId}` : name);
      return value;
    };
  const client = {
    chats: {
      queue: read('queue', { queue: ['waits'] }),
      tasks: read('tasks', ['runs']),
      history: async (chatId: string, { limit }: { limit: number }) => {
        reads.push(`history ${chatId}`);
        return { events: [SAID, PROGRESS, PROGRESS].slice(-limit) };
      },
    },
    hooks: { status: read('hooks', 'hooks') },
    credentials: read('credentials', { providers: { claude: 'fresh' } }),
    status: read('status', 'status'),
  };
  const keeper = new BoardKeeper(client as unknown as EngineClient, new AbortController().signal);
  const take = (type: EngineEvent['type'] | null, payload: object = {}) => {
    const state = { chats: [{ id: 'a', processing: true }, { id: 'idle' }] } as unknown as WorkspaceState;
    const event = type === null ? null : ({ id: '1', ts: TS, type, payload } as EngineEvent);
    keeper.take({ state, event, lastEventId: '1' });
  };
  return { keeper, take, reads, client };
}

it('reads everything at first', async () => {
  const { keeper, take, reads } = open();
  take(null);

  await keeper.refresh();

  const ofChats = ['history a', 'queue a', 'queue idle', 'tasks a', 'tasks idle'];
  expect(reads.toSorted()).toEqual([...ofChats, 'credentials', 'hooks', 'status'].toSorted());
  expect(keeper.board).toEqual({
    workspace: { chats: [{ id: 'a', processing: true }, { id: 'idle' }] },
    chats: {
      a: {
        activity: { startedAt: null, doing: 'Bash npm test', toolId: 't' },
        queue: ['waits'],
        tasks: ['runs'],
      },
      idle: { activity: null, queue: ['waits'], tasks: ['runs'] },
    },
    hooks: 'hooks',
    credentials: { claude: 'fresh' },
    status: 'status',
  });
});

it.each<[EngineEvent['type'], object, string[]]>([
  ['hooks.progress', {}, ['hooks']],
  ['credentials.changed', {}, ['credentials']],
  ['chat.turn.accepted', { chatId: 'a' }, ['queue a', 'tasks a']],
  ['chat.message.dropped', { chatId: 'b' }, ['queue b', 'tasks b']],
  ['chat.task.changed', { chatId: 'a' }, ['queue a', 'tasks a']],
  ['chat.usage.changed', { chatId: 'a' }, []],
  ['repo.status.changed', {}, []],
])('reads again what %s is about, and only that', async (type, payload, expected) => {
  const { keeper, take, reads } = open();
  await keeper.refresh();
  reads.length = 0;

  take(type, payload);
  await keeper.refresh();

  expect(reads).toEqual(expected);
});

it('follows what a turn does by its events alone', () => {
  const { keeper, take } = open();

  take('chat.turn.started', { chatId: 'a', messageId: 'm' });

  expect(keeper.board.chats['a']?.activity).toEqual({ startedAt: TS, doing: 'Thinking' });
});

it('keeps what it has when something cannot be read', async () => {
  const { keeper, client } = open();
  await keeper.refresh();
  client.hooks.status = () => Promise.reject(new Error('away'));

  keeper.expire('hooks');
  await keeper.refresh();

  expect(keeper.board.hooks).toBe('hooks');
});

it('reads once the engine is back what changed when it went away', async () => {
  const { keeper, take, client } = open();
  const { queue } = client.chats;
  client.chats.queue = () => Promise.reject(new EngineClientError({ code: 'unreachable', message: '' }));
  take('chat.turn.accepted', { chatId: 'a' });
  await keeper.refresh();
  client.chats.queue = queue;

  await keeper.refresh();

  expect(keeper.board.chats['a']?.queue).toEqual(['waits']);
});
