import {
  EngineClientError,
  type CredentialHealth,
  type EngineClient,
  type EngineEvent,
  type HooksStatus,
  type Joined,
  type QueueItem,
  type Status,
  type Task,
  type WorkspaceState,
} from '../../client/client.ts';
import { activityBehind, foldActivity, type Activity } from '../../client/activity.ts';

/** What is known of a chat besides its summary. */
export interface ChatFacts {
  activity: Activity | null;
  queue: readonly QueueItem[];
  tasks: readonly Task[];
}

export interface Board {
  /** Null until it was read. */
  workspace: WorkspaceState | null;
  /** By the id of the chat. */
  chats: Readonly<Record<string, ChatFacts>>;
  hooks: HooksStatus | null;
  /** By provider. */
  credentials: Readonly<Record<string, CredentialHealth>>;
  status: Status | null;
}

/** Agents tell more than what they say: that a tool still runs, every half minute. */
const HISTORY_EVENTS = 100;
const CHANGES_QUEUE_OR_TASKS = /^chat\.(turn\.(accepted|started|completed)|message\.dropped|task\.changed)$/;
export const NOTHING: ChatFacts = { activity: null, queue: [], tasks: [] };

/** Keeps a board: what events say at once, what they only hint at by reading it anew. */
export class BoardKeeper {
  readonly #client: EngineClient;
  readonly #signal: AbortSignal;
  /** What has to be read again: `hooks`, `credentials`, `status`, or the id of a chat. */
  readonly #stale = new Set(['hooks', 'credentials', 'status']);
  /** Chats of which the events have not told yet what they do. */
  readonly #unheard = new Set<string>();
  #isReading = false;
  board: Board = { workspace: null, chats: {}, hooks: null, credentials: {}, status: null };

  constructor(client: EngineClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  take({ state, event }: Joined<WorkspaceState>): void {
    this.#set({ workspace: state });
    if (event === null) this.#begin(state);
    else this.#follow(event);
  }

  /** @param what is out of date: `hooks`, `credentials`, `status`, or the id of a chat. */
  expire(what: string): void {
    this.#stale.add(what);
  }

  /** Reads what is out of date, unless it is being read. What cannot be read stays as it is, until the engine is back. */
  async refresh(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const stale = [...this.#stale];
    this.#stale.clear();
    await Promise.all(
      stale.map((what) => this.#read(what).catch((error: unknown) => this.#miss(what, error))),
    );
    this.#isReading = false;
  }

  #miss(what: string, error: unknown): void {
    if (error instanceof EngineClientError && error.isPassing) this.expire(what);
  }

  #begin({ chats }: WorkspaceState): void {
    for (const { id, processing } of chats) {
      this.expire(id);
      if (processing) this.#unheard.add(id);
    }
  }

  #follow(event: EngineEvent): void {
    if (event.type.startsWith('hooks.')) this.expire('hooks');
    if (event.type === 'credentials.changed') this.expire('credentials');
    if (!('chatId' in event.payload)) return;
    const { chatId } = event.payload;
    if (CHANGES_QUEUE_OR_TASKS.test(event.type)) this.expire(chatId);
    this.#put(chatId, { activity: foldActivity(this.board.chats[chatId]?.activity ?? null, event) });
  }

  async #read(what: string): Promise<void> {
    const { hooks } = this.#client;
    const options = { signal: this.#signal };
    switch (what) {
      case 'hooks':
        return this.#set({ hooks: await hooks.status(options) });
      case 'status':
        return this.#set({ status: await this.#client.status(options) });
      case 'credentials':
        return this.#set({ credentials: (await this.#client.credentials(options)).providers });
      default:
        return this.#readChat(what, options);
    }
  }

  async #readChat(chatId: string, options: { signal: AbortSignal }): Promise<void> {
    const { chats } = this.#client;
    const [{ queue }, tasks] = await Promise.all([
      chats.queue(chatId, options),
      chats.tasks(chatId, options),
    ]);
    this.#put(chatId, { queue, tasks });
    if (!this.#unheard.delete(chatId)) return;
    const { events } = await chats.history(chatId, { limit: HISTORY_EVENTS, ...options });
    this.#put(chatId, { activity: this.board.chats[chatId]?.activity ?? activityBehind(events, null) });
  }

  #set(known: Partial<Board>): void {
    this.board = { ...this.board, ...known };
  }

  #put(chatId: string, facts: Partial<ChatFacts>): void {
    const { chats } = this.board;
    this.#set({ chats: { ...chats, [chatId]: { ...NOTHING, ...chats[chatId], ...facts } } });
  }
}
