import { expect, it } from 'vitest';
import type { EngineClient, EngineEvent, QueueItem } from '../../../../src/client/client.ts';
import { WaitingMessages } from '../../../../src/inspector/page/conversation/waiting-messages.ts';

const item = (id: string): QueueItem => ({
  id,
  message: `text of ${id}`,
  queuedAt: '2026-01-01T00:00:00.000Z',
});

const started = {
  id: '1',
  ts: '',
  type: 'chat.turn.started',
  payload: { chatId: 'c', messageId: 'm' },
} as EngineEvent;

function open() {
  const reads: { answer: (...ids: string[]) => Promise<void>; fail: () => Promise<void> }[] = [];
  const queue = () =>
    new Promise<{ queue: QueueItem[] }>((resolve, reject) =>
      reads.push({
        answer: async (...ids) => (resolve({ queue: ids.map(item) }), settled()),
        fail: async () => (reject(new Error('away')), settled()),
      }),
    );
  const moved: object[] = [];
  const reorder = async (move: object) => (moved.push(move), [item('b'), item('a')]);
  const client = { chats: { queue, reorder } } as unknown as EngineClient;
  const waiting = new WaitingMessages({ chatId: 'c', client, onChange: () => undefined });
  return { waiting, reads, moved, ids: () => waiting.items.map(({ id }) => id) };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

it('is read again when a turn starts, once more however often that is said meanwhile', async () => {
  const { waiting, reads, ids } = open();
  for (let count = 0; count < 5; count += 1) waiting.take(started);
  expect(reads).toHaveLength(1);

  await reads[0]?.answer('a', 'b');
  expect({ reads: reads.length, ids: ids() }).toEqual({ reads: 2, ids: ['a', 'b'] });
  await reads[1]?.answer('b');
  expect({ reads: reads.length, ids: ids() }).toEqual({ reads: 2, ids: ['b'] });
});

it('stays as it was when it cannot be read', async () => {
  const { waiting, reads, ids } = open();
  void waiting.read();
  await reads[0]?.answer('a');
  void waiting.read();
  await reads[1]?.fail();
  expect(ids()).toEqual(['a']);
});

it('takes the order that the engine answers a move with', async () => {
  const { waiting, moved, ids } = open();
  await waiting.move('b', 0);
  expect({ moved, ids: ids() }).toEqual({
    moved: [{ chatId: 'c', messageId: 'b', position: 0 }],
    ids: ['b', 'a'],
  });
});
