import { lstat } from 'node:fs/promises';
import { ChatsFileSchema, type ChatRecord, type ChatsFile } from '../../contract/records.ts';
import { EngineError } from '../../errors.ts';
import type { Journal } from '../journal.ts';
import type { EngineStorage } from '../../storage/atomic-files.ts';
import { readJson, writeJson } from '../../storage/json-file.ts';
import type { Payloads } from '../../storage/payloads.ts';
import type { OnDamage } from '../../storage/set-aside.ts';
import type { DeletedChats } from './deleted-chats.ts';
import type { History } from './history.ts';
import type { HooksState } from './hooks-state.ts';
import type { WorkspaceBudget } from './workspace-usage.ts';

const CHATS_KEY = 'engine:chats.json';
const PREVIOUS_KEY = 'engine:chats.previous.json';

/** At most this much of the journal's time is folded again after a crash. */
const EVERY_MS = 5_000;

export interface CheckpointOptions {
  store: EngineStorage;
  journal: Journal;
  history: History;
  payloads: Payloads;
  records: ReadonlyMap<string, ChatRecord>;
  hooks: HooksState;
  deleted: DeletedChats;
  budget: WorkspaceBudget;
  /** Whether there is one already. */
  isWritten: boolean;
  /** A checkpoint is due after this much of the journal, however short the time. */
  everyBytes: number;
  onError: (error: unknown) => void;
}

/** The last checkpoint that can be read; the one before it where it is damaged or gone. Null when there is none. */
export async function readCheckpoint(store: EngineStorage, onDamage: OnDamage): Promise<ChatsFile | null> {
  const path = store.files.pathOf(CHATS_KEY);
  const isGone = !(await isThere(path));
  const file = await readJson(store, { key: CHATS_KEY, schema: ChatsFileSchema, onDamage });
  if (file !== null) return file;
  const previous = await readJson(store, { key: PREVIOUS_KEY, schema: ChatsFileSchema, onDamage });
  if (isGone && previous !== null) onDamage({ file: path, keptAs: null, reason: 'It is gone.' });
  return previous;
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Writes `chats.json` now and then, so that a boot folds seconds of the journal, not years. */
export class Checkpoint {
  readonly #options: CheckpointOptions;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #watermark = '';
  #isWritten: boolean;
  #bytes = 0;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#isWritten = options.isWritten;
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
    const { store, journal, history, payloads, records, hooks, deleted, budget } = this.#options;
    const watermark = journal.headId;
    if (watermark === this.#watermark) return;
    const value: ChatsFile = {
      version: 1,
      watermark,
      chats: [...records.values()],
      hooks: hooks.toRecord(),
      ...(deleted.all.length > 0 && { deletedChats: [...deleted.all], deletedUsage: deleted.usage }),
      ...(budget.limits.budget && { workspaceLimits: budget.limits }),
    };
    if (!(await journal.tried())) throw new EngineError('STORAGE_FULL', journal.storageTrouble);
    await history.sync();
    if (this.#isWritten) await store.files.keep(CHATS_KEY, PREVIOUS_KEY);
    await writeJson(store.storage, { key: CHATS_KEY, value: { ...value, histories: history.marks } });
    this.#watermark = watermark;
    this.#isWritten = true;
    let named: string | undefined;
    const nameAll = () => JSON.stringify([value.chats, ...records.values()]); // a crash goes back to the former
    await payloads.sweep((file) => (named ??= nameAll()).includes(file));
  }
}
