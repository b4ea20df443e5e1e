import { setTimeout as delay } from 'node:timers/promises';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { HistoryMark } from '../../contract/records.ts';
import type { AtomicFiles } from '../../storage/atomic-files.ts';
import { syncFolder } from '../../storage/replace-file.ts';
import type { OnDamage } from '../../storage/set-aside.ts';
import { HistoryDamagedError, HistoryFile } from './history-file.ts';
import { readPage, type EventsPage, type PageRequest } from './history-page.ts';
import type { Retold } from './history-rebuild.ts';
import { openHistoryFile } from './open-history-file.ts';

export interface HistoryOptions {
  files: AtomicFiles;
  /** Key of the folder that holds one file per chat. */
  folder: string;
  /** The last id in the journal when the engine started; without it every id that is not new counts as a repetition. */
  replayedUntil?: string;
  /** How many files are kept open. */
  openFiles?: number;
  /** What was on disk for certain when that was last written down, by chat. */
  marks?: HistoryMarks | undefined;
  /** What the journal still has of a chat: for one whose file is damaged. */
  retell: (chatId: string) => Promise<Retold>;
  onDamage: OnDamage;
  /** A file cannot be opened. What is said meanwhile is kept, and it is tried again. */
  onTrouble: (error: unknown) => void;
  retryAfterMs?: number;
  onFatal: (error: unknown) => void;
}

export type HistoryMarks = Readonly<Record<string, HistoryMark>>;

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
const RETRY_AFTER_MS = 1_000;
/** Sorts behind every id. */
const LAST_ID = '~';

/**
 * What was said in each chat. A projection of the journal: what it holds comes from there, may be appended again at
 * boot, and is on disk for certain only after `sync`.
 */
export class History {
  readonly #options: HistoryOptions;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Map<string, Promise<void>>();
  readonly #marks: Map<string, HistoryMark>;
  #isClosed = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#marks = new Map(Object.entries(options.marks ?? {}));
  }

  /** How much of each chat is on disk for certain. */
  get marks(): HistoryMarks {
    return Object.fromEntries(this.#marks);
  }

  /** Adds what a line of the journal says. Ids rise; one that is already in the history is ignored. */
  append(chatId: string, id: string, events: readonly AgentEvent[]): void {
    const entry = this.#use(chatId);
    if (entry.file === null) entry.backlog.push({ id, events });
    else entry.file.append(id, events);
  }

  /** Throws `HistoryCursorError`. Costs the same however long the history is. */
  async page(chatId: string, request: PageRequest): Promise<EventsPage> {
    return this.#reading(chatId, (file) => readPage(file, request));
  }

  /** Resolves when everything appended so far is on disk. */
  async sync(): Promise<void> {
    const syncing = [...this.#entries].map(([chatId, entry]) =>
      this.#with(entry, async (file) => this.#note(chatId, await file.sync())),
    );
    await Promise.all([...syncing, ...this.#closing.values()]);
    const { files, folder } = this.#options;
    if (this.#entries.size > 0) await syncFolder(files.pathOf(folder));
  }

  /** Where the history of a chat lies, with everything in it that was said so far. */
  async fileOf(chatId: string): Promise<string> {
    const entry = this.#entries.get(chatId);
    if (entry !== undefined) await this.#with(entry, async (file) => this.#note(chatId, await file.sync()));
    await this.#closing.get(chatId);
    return this.#options.files.pathOf(this.#keyOf(chatId));
  }

  async remove(chatId: string): Promise<void> {
    this.#release(chatId);
    await this.#closing.get(chatId);
    this.#marks.delete(chatId);
    await this.#options.files.remove(this.#keyOf(chatId));
  }

  /** Writes what is pending and closes every file. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const chatId of this.#entries.keys()) this.#release(chatId);
    await Promise.all(this.#closing.values());
  }

  /** A file that turns out to be damaged is rebuilt, and read again. */
  async #reading<Result>(chatId: string, read: (file: HistoryFile) => Promise<Result>): Promise<Result> {
    const entry = this.#use(chatId);
    try {
      return await this.#with(entry, read);
    } catch (error) {
      if (!(error instanceof HistoryDamagedError)) throw error;
      if (this.#entries.get(chatId) === entry) this.#reopen(chatId, error.message);
      return this.#with(this.#use(chatId), read);
    }
  }

  #reopen(chatId: string, damage: string): void {
    this.#release(chatId);
    this.#entries.set(chatId, this.#open(chatId, damage));
  }

  #note(chatId: string, mark: HistoryMark | null): void {
    if (mark !== null) this.#marks.set(chatId, mark);
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

  #open(chatId: string, damage?: string): Entry {
    this.#closeLeastUsed();
    const isClosed = Promise.resolve(this.#closing.get(chatId));
    const ready = isClosed.then(() => this.#openFile(chatId, damage));
    const entry: Entry = { ready, file: null, backlog: [], users: 0 };
    this.#await(chatId, { entry, damage });
    return entry;
  }

  #await(chatId: string, { entry, damage }: { entry: Entry; damage: string | undefined }): void {
    entry.ready = entry.ready.then((file) => takeBacklog(entry, file));
    entry.ready.catch((error: unknown) => this.#retry(chatId, { entry, damage, error }));
  }

  async #openFile(chatId: string, damage: string | undefined): Promise<HistoryFile> {
    const { files, replayedUntil = LAST_ID, onDamage, onFatal } = this.#options;
    const retell = () => this.#options.retell(chatId);
    const mark = this.#marks.get(chatId);
    const sound = await openHistoryFile(this.#keyOf(chatId), { files, mark, damage, retell, onDamage });
    return new HistoryFile(sound, { replayedUntil: sound.retoldUntil ?? replayedUntil, onFatal });
  }

  /** Whoever reads hears of it from its promise; what was appended waits for the next attempt. */
  #retry(
    chatId: string,
    { entry, damage, error }: { entry: Entry; damage: string | undefined; error: unknown },
  ): void {
    this.#options.onTrouble(error);
    if (this.#isClosed || this.#entries.get(chatId) !== entry) return;
    if (entry.backlog.length === 0) return void this.#entries.delete(chatId);
    entry.ready = delay(this.#options.retryAfterMs ?? RETRY_AFTER_MS, undefined, { ref: false }).then(() =>
      this.#openFile(chatId, damage),
    );
    this.#await(chatId, { entry, damage });
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
    const closed = entry.ready.then(
      async (file) => this.#note(chatId, await file.close()),
      () => undefined, // it was reported when it could not be opened
    );
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
