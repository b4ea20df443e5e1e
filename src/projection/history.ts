import type { AgentEvent } from '../contract/agent-event.ts';
import type { AtomicFiles } from '../storage/atomic-files.ts';
import { syncFolder } from '../storage/replace-file.ts';
import type { OnDamage } from '../storage/set-aside.ts';
import { HistoryFile } from './history-file.ts';
import { toEventsJson } from './history-line.ts';
import { openSoundHistory } from './history-repair.ts';

export interface HistoryOptions {
  files: AtomicFiles;
  /** Key of the folder that holds one file per chat. */
  folder: string;
  /** The last id in the journal when the engine started; without it every id that is not new counts as a repetition. */
  replayedUntil?: string;
  /** How many files are kept open. */
  openFiles?: number;
  onDamage: OnDamage;
  onFatal: (error: unknown) => void;
  now?: () => Date;
}

export interface PageRequest {
  limit: number;
  /** Events to leave out at the end. */
  offset: number;
  /** `beforeCursor` of another page: this one then ends before that one. */
  before?: string | undefined;
}

export interface EventsPage {
  /** A JSON array in the order in which things were said. */
  eventsJson: string;
  total: number;
  hasMore: boolean;
  beforeCursor: string | null;
}

/** The text is no `beforeCursor` of any page. */
export class HistoryCursorError extends Error {
  override readonly name = 'HistoryCursorError';
}

interface Entry {
  ready: Promise<HistoryFile>;
  /** Set once the file is open. */
  file: HistoryFile | null;
  /** What came before the file was open. */
  backlog: { id: string; events: readonly AgentEvent[] }[];
  /** How many are working with the file: until then it stays open. */
  users: number;
}

const OPEN_FILES = 64;
/** Sorts behind every id. */
const LAST_ID = '~';
const CURSOR = /^[1-9]\d{0,11}$/;

export function openHistory(options: HistoryOptions): History {
  return new History(options);
}

/**
 * What was said in each chat. A projection of the journal: what it holds comes from there, may be appended again at
 * boot, and is on disk for certain only after `sync`.
 */
export class History {
  readonly #options: HistoryOptions;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Map<string, Promise<void>>();

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** Adds what a line of the journal says. Ids rise; one that is already in the history is ignored. */
  append(chatId: string, id: string, events: readonly AgentEvent[]): void {
    const entry = this.#use(chatId);
    if (entry.file === null) entry.backlog.push({ id, events });
    else entry.file.append(id, events);
  }

  /** Throws `HistoryCursorError`. Costs the same however long the history is. */
  async page(chatId: string, { limit, offset, before }: PageRequest): Promise<EventsPage> {
    const end = before === undefined ? Infinity : parseCursor(before);
    return this.#with(this.#use(chatId), async (file) => {
      const total = file.count;
      const last = Math.min(total, end - 1) - offset;
      const first = Math.max(1, last - limit + 1);
      if (last < first) return { eventsJson: '[]', total, hasMore: false, beforeCursor: null };
      const eventsJson = toEventsJson(await file.read({ first, last }));
      return { eventsJson, total, hasMore: first > 1, beforeCursor: first > 1 ? String(first) : null };
    });
  }

  /** Journal id of the last event of a chat; null when it has none. */
  lastId(chatId: string): Promise<string | null> {
    return this.#with(this.#use(chatId), async (file) => file.lastId);
  }

  /** Resolves when everything appended so far is on disk. */
  async sync(): Promise<void> {
    const syncing = [...this.#entries.values()].map((entry) => this.#with(entry, (file) => file.sync()));
    await Promise.all([...syncing, ...this.#closing.values()]);
    const { files, folder } = this.#options;
    if (this.#entries.size > 0) await syncFolder(files.pathOf(folder));
  }

  async remove(chatId: string): Promise<void> {
    this.#release(chatId);
    await this.#closing.get(chatId);
    await this.#options.files.remove(this.#keyOf(chatId));
  }

  /** Writes what is pending and closes every file. */
  async close(): Promise<void> {
    for (const chatId of this.#entries.keys()) this.#release(chatId);
    await Promise.all(this.#closing.values());
  }

  async #with<Result>(entry: Entry, work: (file: HistoryFile) => Promise<Result>): Promise<Result> {
    entry.users += 1;
    try {
      return await work(await entry.ready);
    } finally {
      entry.users -= 1;
    }
  }

  #use(chatId: string): Entry {
    const entry = this.#entries.get(chatId) ?? this.#open(chatId);
    this.#entries.delete(chatId);
    this.#entries.set(chatId, entry);
    return entry;
  }

  #open(chatId: string): Entry {
    this.#closeLeastUsed();
    const entry: Entry = { ready: this.#openFile(chatId), file: null, backlog: [], users: 0 };
    entry.ready = entry.ready.then((file) => takeBacklog(entry, file));
    entry.ready.catch((error: unknown) => this.#giveUp(chatId, { entry, error }));
    return entry;
  }

  async #openFile(chatId: string): Promise<HistoryFile> {
    await this.#closing.get(chatId);
    const { replayedUntil = LAST_ID, now = () => new Date(), onFatal } = this.#options;
    const sound = await openSoundHistory(this.#keyOf(chatId), { ...this.#options, now });
    return new HistoryFile(sound, { replayedUntil, onFatal });
  }

  /** Whoever reads hears of it from its promise; what was appended has nowhere to go. */
  #giveUp(chatId: string, { entry, error }: { entry: Entry; error: unknown }): void {
    this.#entries.delete(chatId);
    if (entry.backlog.length > 0) this.#options.onFatal(error);
  }

  #closeLeastUsed(): void {
    const { openFiles = OPEN_FILES } = this.#options;
    if (this.#entries.size < openFiles) return;
    for (const [chatId, { file, users }] of this.#entries) {
      if (users === 0 && file?.isIdle === true) return this.#release(chatId);
    }
  }

  #release(chatId: string): void {
    const entry = this.#entries.get(chatId);
    if (entry === undefined) return;
    this.#entries.delete(chatId);
    const closed = entry.ready.then((file) => file.close());
    this.#closing.set(
      chatId,
      closed.finally(() => this.#closing.delete(chatId)),
    );
  }

  #keyOf(chatId: string): string {
    return `${this.#options.folder}:${encodeURIComponent(chatId)}.jsonl`;
  }
}

function takeBacklog(entry: Entry, file: HistoryFile): HistoryFile {
  for (const { id, events } of entry.backlog) file.append(id, events);
  entry.file = file;
  return file;
}

function parseCursor(before: string): number {
  if (!CURSOR.test(before)) throw new HistoryCursorError(`"${before}" is no cursor of a page of history.`);
  return Number(before);
}
