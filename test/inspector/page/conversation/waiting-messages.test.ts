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
  const moved: string[] = [];
  const order = ['a', 'b', 'c'];
  const reorder = async ({ messageId, position }: { messageId: string; position: number }) => {
    moved.push(`${messageId} to ${position}`);
    order.splice(position, 0, ...order.splice(order.indexOf(messageId), 1));
    return order.map(item);
  };
  const withdraw = async ({ messageId }: { messageId: string }) => {
    if (!order.includes(messageId)) throw new Error('It has started.');
    order.splice(order.indexOf(messageId), 1);
    return order.map(item);
  };
  const client = { chats: { queue, reorder, withdraw } } as unknown as EngineClient;
  const waiting = new WaitingMessages({ chatId: 'c', client, onChange: () => undefined });
  return { waiting, reads, moved, ids: () => waiting.items.map(({ id }) => id) };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

it('is read again when a turn starts, once more however often that is said meanwhile', async () => {
  const { waiting, reads, ids } = open();
  waiting.take(started);
  await settled();
  for (let count = 0; count < 4; count += 1) waiting.take(started);
  expect(reads).toHaveLength(1);

  await reads[0]?.answer('a', 'b');
  expect({ reads: reads.length, ids: ids() }).toEqual({ reads: 2, ids: ['a', 'b'] });
  await reads[1]?.answer('b');
  expect({ reads: reads.length, ids: ids() }).toEqual({ reads: 2, ids: ['b'] });
});

it('stays as it was when it cannot be read', async () => {
  const { waiting, reads, ids } = open();
  void waiting.read();
  await settled();
  await reads[0]?.answer('a');
  void waiting.read();
  await settled();
  await reads[1]?.fail();
  expect(ids()).toEqual(['a']);
});

it('moves a message from where it stands by then, and takes the order that the engine answers with', async () => {
  const { waiting, reads, moved, ids } = open();
  void waiting.read();
  await settled();
  const moves = [waiting.moveUp('c'), waiting.moveUp('c'), waiting.moveUp('c')];
  await reads[0]?.answer('a', 'b', 'c');
  await Promise.all(moves);

  expect({ moved, ids: ids() }).toEqual({ moved: ['c to 1', 'c to 0'], ids: ['c', 'a', 'b'] });
});

it('tells of a message that is withdrawn whether it still waited', async () => {
  const { waiting } = open();
  expect(await Promise.all([waiting.withdraw('a'), waiting.withdraw('a')])).toEqual([true, false]);
});
