import { beforeEach, describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../machines/chat.events.ts';
import type { Gate } from '../../src/chats/gate.ts';
import { Messages, type MessagesOptions } from '../../src/chats/messages.ts';
import type { QueuedMessage } from '../../src/contract/records.ts';
import { EngineError } from '../../src/errors.ts';
import { createDeferred } from '../../src/storage/deferred.ts';
import { message } from '../support/chat-words.ts';

const LONG = 'x'.repeat(100_000);
const STOPPING = expect.objectContaining({ code: 'SHUTTING_DOWN', status: 503 });

describe('what waits in a chat', () => {
  it('is read one message after the other: together they may be too much to hold', async () => {
    let [reading, most] = [0, 0];
    const messages = messagesWith({
      queue: [long('m1'), long('m2'), long('m3')],
      read: async (file) => {
        most = Math.max(most, ++reading);
        await new Promise((resolve) => setImmediate(resolve));
        reading -= 1;
        return JSON.stringify({ text: `text of ${file}`, images: [] });
      },
    });

    const { queue } = await messages.queue('c1');

    expect(queue.map(({ message: text }) => text)).toEqual(
      ['m1', 'm2', 'm3'].map((id) => `text of ${id}.json`),
    );
    expect(most).toBe(1);
  });

  it('is told by its beginning where the rest of a text is gone', async () => {
    const read = () => Promise.reject(new Error('The stored text is gone.'));
    const messages = messagesWith({ queue: [long('m1'), message('m2')], read });

    const { queue } = await messages.queue('c1');

    expect(queue.map(({ message: text }) => text)).toEqual(['beginning of m1', 'text of m2']);
  });
});

describe('a chat of an engine that stops', () => {
  let told: ChatEvent[] = [];
  beforeEach(() => {
    told = [];
  });

  it.each<[string, (messages: Messages) => Promise<unknown>]>([
    ['a message be withdrawn', (messages) => messages.withdraw('c1', 'm1')],
    ['the queue be cleared', (messages) => messages.clearQueue('c1')],
    ['the queue be reordered', (messages) => messages.reorder('c1', { messageId: 'm1', position: 0 })],
    ['the queue be cleared with an interrupt', (messages) => messages.interrupt('c1', { clearQueue: true })],
  ])('does not say that %s, which it would not do', async (_, change) => {
    const messages = messagesWith({ queue: [message('m1')], isStopping: () => true, told });

    await expect(change(messages)).rejects.toEqual(STOPPING);

    expect(told).toEqual([]);
  });

  it('sends a message that was on its way to the next engine', async () => {
    const written = createDeferred<string>();
    let isStopping = false;
    const messages = messagesWith({ isStopping: () => isStopping, told, write: () => written.promise });
    const sending = messages.send('c1', { message: LONG });
    isStopping = true;
    written.resolve('a.json');

    await expect(sending).rejects.toEqual(STOPPING);

    expect(told).toEqual([]);
  });
});

interface World {
  queue?: QueuedMessage[];
  read?: (file: string) => Promise<string>;
  write?: () => Promise<string>;
  isStopping?: () => boolean;
  /** Gets what the chat is told. */
  told?: ChatEvent[];
}

/** The messages of a chat that a test says everything about. */
function messagesWith({ queue = [], read, write, isStopping = () => false, told = [] }: World): Messages {
  const record = { chat: { id: 'c1', provider: 'test', processing: true }, queue, receipts: [] };
  const actor = {
    getSnapshot: () => ({ context: { record, preparing: null }, hasTag: () => true }),
    on: () => ({ unsubscribe: () => undefined }),
    send: (event: ChatEvent) => void told.push(event),
  };
  const refuseWhenStopping = () => {
    if (isStopping()) throw new EngineError('SHUTTING_DOWN');
  };
  const gate = {
    recordOf: () => record,
    actorOf: () => actor,
    refuseWhenMoved: () => undefined,
    refuseWhenStopping,
    refuseNewWork: refuseWhenStopping,
    read: (answer: unknown) => Promise.resolve(answer),
    committed: (answer: unknown) => Promise.resolve(answer),
  };
  return new Messages(
    gate as unknown as Gate,
    {
      drivers: new Map(),
      fetchImages: () => Promise.resolve([]),
      payloads: { read, write },
    } as unknown as MessagesOptions,
  );
}

function long(messageId: string): QueuedMessage {
  const content = { kind: 'file' as const, file: `${messageId}.json`, preview: `beginning of ${messageId}` };
  return { ...message(messageId), content };
}
