import { z } from 'zod';
import type { EngineStorage } from '../storage/atomic-files.ts';
import { readJson, writeJson } from '../storage/json-file.ts';
import type { OnDamage } from '../storage/set-aside.ts';

const KEY = 'engine:outbox.json';
const SAVE_AFTER_MS = 250;

/** `~/.replicas/engine/outbox.json`: up to which event nothing is owed to the control plane. */
const OutboxFileSchema = z.looseObject({ version: z.literal(1), settledId: z.string() });

/** Null when there is none yet, or none that can be read. */
export async function readSettledId(store: EngineStorage, onDamage: OnDamage): Promise<string | null> {
  const file = await readJson(store, { key: KEY, schema: OutboxFileSchema, onDamage });
  return file?.settledId ?? null;
}

export interface OutboxFileOptions {
  store: EngineStorage;
  settledId: () => string;
  onError: (error: unknown) => void;
}

/** Writes the cursor a moment after it moved: what was told within that moment is told again after a crash. */
export class OutboxFile {
  readonly #options: OutboxFileOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OutboxFileOptions) {
    this.#options = options;
  }

  schedule(): void {
    this.#timer ??= setTimeout(() => void this.write(), SAVE_AFTER_MS).unref();
  }

  /** Never rejects: an older cursor only repeats what was told. */
  async write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { store, settledId, onError } = this.#options;
    const value = { version: 1, settledId: settledId() };
    await writeJson(store.storage, { key: KEY, value }).catch(onError);
  }
}
