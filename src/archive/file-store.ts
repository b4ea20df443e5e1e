import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../storage/attempt.ts';
import { replaceFile, TEMPORARY_SUFFIX } from '../storage/replace-file.ts';
import { ObjectStoreError, type ObjectStore } from './object-store.ts';

/** Objects as files. `root` must be there already: where a volume is not mounted, nothing is written. */
export class FileStore implements ObjectStore {
  readonly #root: string;
  readonly #folder: string;

  constructor({ root, folder }: { root: string; folder: string }) {
    this.#root = root;
    this.#folder = folder;
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#try(() => replaceFile(this.#pathOf(key), bytes));
  }

  get(key: string): Promise<Buffer | null> {
    return this.#try(() => readFile(this.#pathOf(key)).catch((error) => ifMissing(error, null)));
  }

  list(folder: string): Promise<string[]> {
    return this.#try(async () => {
      const names = await readdir(this.#pathOf(folder)).catch((error) => ifMissing(error, []));
      const whole = names.filter((name) => !name.endsWith(TEMPORARY_SUFFIX));
      return whole.toSorted().map((name) => `${folder}${name}`);
    });
  }

  remove(key: string): Promise<void> {
    return this.#try(() => rm(this.#pathOf(key), { force: true }));
  }

  #pathOf(key: string): string {
    return join(this.#folder, key);
  }

  async #try<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      await stat(this.#root);
      return await work();
    } catch (error) {
      const code = codeOf(error) ?? '';
      throw new ObjectStoreError(`The folder of the archive, ${this.#root}, cannot be used: ${code}.`, code);
    }
  }
}

function ifMissing<Otherwise>(error: unknown, otherwise: Otherwise): Otherwise {
  if (codeOf(error) === 'ENOENT') return otherwise;
  throw error;
}
