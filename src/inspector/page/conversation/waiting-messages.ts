import type { EngineClient, EngineEvent, QueueItem } from '../../../client/client.ts';

const CHANGES_QUEUE: ReadonlySet<EngineEvent['type']> = new Set([
  'chat.turn.accepted',
  'chat.turn.started',
  'chat.message.dropped',
  'chat.interrupted',
]);

/** The queue of a chat, whoever wrote to it. Events say that it changed, not how. */
export class WaitingMessages {
  readonly #chatId: string;
  readonly #client: EngineClient;
  readonly #onChange: () => void;
  #reading: 'no' | 'once' | 'again' = 'no';
  items: readonly QueueItem[] = [];

  constructor({ chatId, client, onChange }: { chatId: string; client: EngineClient; onChange: () => void }) {
    this.#chatId = chatId;
    this.#client = client;
    this.#onChange = onChange;
  }

  /** An event of its chat. */
  take({ type }: EngineEvent): void {
    if (CHANGES_QUEUE.has(type)) void this.read();
  }

  /** Reads it anew; however often it is asked for meanwhile, once more behind that. What cannot be read stays as it was. */
  async read(): Promise<void> {
    if (this.#reading !== 'no') return void (this.#reading = 'again');
    do {
      this.#reading = 'once';
      await this.#change(this.#client.chats.queue(this.#chatId).then(({ queue }) => queue));
    } while (this.#isAskedAgain());
    this.#reading = 'no';
  }

  async move(messageId: string, position: number): Promise<void> {
    await this.#change(this.#client.chats.reorder({ chatId: this.#chatId, messageId, position }));
  }

  async withdraw(messageId: string): Promise<void> {
    await this.#change(this.#client.chats.withdraw({ chatId: this.#chatId, messageId }));
  }

  #isAskedAgain(): boolean {
    return this.#reading === 'again';
  }

  /** One that started meanwhile is no trouble: the event of its start tells. */
  async #change(answer: Promise<readonly QueueItem[]>): Promise<void> {
    this.items = await answer.catch(() => this.items);
    this.#onChange();
  }
}
