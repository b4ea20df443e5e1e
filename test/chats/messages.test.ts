import { describe, expect, it } from 'vitest';
import type { Gate } from '../../src/chats/gate.ts';
import { Messages, type MessagesOptions } from '../../src/chats/messages.ts';
import type { QueuedMessage } from '../../src/contract/records.ts';
import { message } from '../support/chat-words.ts';

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

/** The messages of a chat in which these wait. */
function messagesWith({
  queue,
  read,
}: {
  queue: QueuedMessage[];
  read: (file: string) => Promise<string>;
}): Messages {
  const record = { chat: { id: 'c1', provider: 'test', processing: true }, queue };
  const gate = {
    recordOf: () => record,
    actorOf: () => ({ getSnapshot: () => ({ context: { record, preparing: null } }) }),
    read: (answer: unknown) => Promise.resolve(answer),
  };
  return new Messages(gate as unknown as Gate, { payloads: { read } } as unknown as MessagesOptions);
}

function long(messageId: string): QueuedMessage {
  const content = { kind: 'file' as const, file: `${messageId}.json`, preview: `beginning of ${messageId}` };
  return { ...message(messageId), content };
}
