import type { EngineClient, EngineEvent, QueueItem } from '../../../client/client.ts';
import { Reading } from '../reading.ts';

const CHANGES_QUEUE: ReadonlySet<EngineEvent['type']> = new Set([
  'chat.turn.accepted',
  'chat.turn.started',
  'chat.message.dropped',
  'chat.interrupted',
]);

/** The queue of a chat, whoever wrote to it. */
export class WaitingMessages {
  readonly #chatId: string;
  readonly #client: EngineClient;
  readonly #queue: Reading<readonly QueueItem[]>;

  constructor({ chatId, client, onChange }: { chatId: string; client: EngineClient; onChange: () => void }) {
    this.#chatId = chatId;
    this.#client = client;
    const read = () => client.chats.queue(chatId).then(({ queue }) => queue);
    this.#queue = new Reading<readonly QueueItem[]>([], { read, onChange });
  }

  get items(): readonly QueueItem[] {
    return this.#queue.value;
  }

  /** An event of its chat. */
  take({ type }: EngineEvent): void {
    if (CHANGES_QUEUE.has(type)) void this.read();
  }

  read(): Promise<boolean> {
    return this.#queue.refresh();
  }

  /** By one place. One that started meanwhile is no trouble: the event of its start tells. */
  moveUp(messageId: string): Promise<boolean> {
    return this.#queue.change(async () => {
      const position = this.items.findIndex(({ id }) => id === messageId) - 1;
      if (position < 0) return this.items;
      return this.#client.chats.reorder({ chatId: this.#chatId, messageId, position });
    });
  }

  /** Resolves with whether it still waited. */
  withdraw(messageId: string): Promise<boolean> {
    return this.#queue.change(() => this.#client.chats.withdraw({ chatId: this.#chatId, messageId }));
  }
}
