import type { ChatRecord, ChatsFile } from '../contract/records.ts';
import type { Journal } from '../journal/journal.ts';
import type { EngineStorage } from '../storage/atomic-files.ts';
import { writeJson } from '../storage/json-file.ts';
import type { Payloads } from '../storage/payloads.ts';
import type { History } from './history.ts';
import type { HooksState } from './hooks-state.ts';

export const CHATS_KEY = 'engine:chats.json';

/** At most this much of the journal's time is folded again after a crash. */
const EVERY_MS = 5_000;

export interface CheckpointOptions {
  store: EngineStorage;
  journal: Journal;
  history: History;
  payloads: Payloads;
  records: ReadonlyMap<string, ChatRecord>;
  hooks: HooksState;
  /** A checkpoint is due after this much of the journal, however short the time. */
  everyBytes: number;
  onError: (error: unknown) => void;
}

/** Writes `chats.json` now and then, so that a boot folds seconds of the journal, not years. */
export class Checkpoint {
  readonly #options: CheckpointOptions;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #watermark = '';
  #bytes = 0;

  constructor(options: CheckpointOptions) {
    this.#options = options;
  }

  /** Says that so many bytes were committed. */
  schedule(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes >= this.#options.everyBytes) void this.write().catch(this.#options.onError);
    else this.#setTimer();
  }

  #setTimer(): void {
    this.#timer ??= setTimeout(() => void this.write().catch(this.#options.onError), EVERY_MS).unref();
  }

  /** Everything that is in the journal so far is in the projections, on disk, when this resolves. */
  async write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#bytes = 0;
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write()); // one at a time; each reports itself
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { store, journal, history, payloads, records, hooks } = this.#options;
    const watermark = journal.headId;
    if (watermark === this.#watermark) return;
    const value: ChatsFile = { version: 1, watermark, chats: [...records.values()], hooks: hooks.toRecord() };
    const named = JSON.stringify(value);
    await journal.committed();
    await history.sync();
    await writeJson(store.storage, { key: CHATS_KEY, value: { ...value, histories: history.marks } });
    this.#watermark = watermark;
    await payloads.sweep((file) => named.includes(file));
  }
}
