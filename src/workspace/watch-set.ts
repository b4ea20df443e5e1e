import { basename, dirname, join } from 'node:path';
import type { Folders } from './find-repositories.ts';
import { gitFolderOf } from './git-folder.ts';
import { watchFolder } from './watch-folder.ts';

/** More folders than that are only looked at when somebody asks. */
const WATCHES_MAX = 1_000;

/**
 * Watches what is cheap: of a repository the folder that git writes whatever it does (HEAD, the index, messages) and the
 * log of HEAD; of another folder whether a `.git` appears in it.
 */
export class WatchSet {
  readonly #onChange: (name: string) => void;
  readonly #watches = new Map<string, () => void>();

  /** `onChange` is told the name of the repository, or of the folder that may be one now. */
  constructor(onChange: (name: string) => void) {
    this.#onChange = onChange;
  }

  /** Watches these, and no longer what is not among them. */
  set(root: string, { repositories, plain }: Pick<Folders, 'repositories' | 'plain'>): void {
    const wanted = new Set([
      ...repositories.map((name) => join(root, name, '.git')),
      ...plain.map((name) => join(root, name)),
    ]);
    for (const [folder, stop] of this.#watches) {
      if (wanted.has(folder)) continue;
      stop();
      this.#watches.delete(folder);
    }
    for (const folder of wanted) this.#add(folder, { isRepository: folder.endsWith('/.git') });
  }

  close(): void {
    for (const stop of this.#watches.values()) stop();
    this.#watches.clear();
  }

  #add(folder: string, { isRepository }: { isRepository: boolean }): void {
    if (this.#watches.has(folder) || this.#watches.size >= WATCHES_MAX) return;
    if (!isRepository) {
      const appeared = (name: string | null) =>
        (name === null || name === '.git') && this.#onChange(basename(folder));
      this.#watches.set(folder, watchFolder(folder, appeared));
      return;
    }
    let stop = () => undefined as void;
    let isStopped = false;
    this.#watches.set(folder, () => {
      isStopped = true;
      stop();
    });
    void this.#watchGitFolder(folder).then((stopWatching) => {
      if (isStopped) stopWatching();
      else stop = stopWatching;
    });
  }

  async #watchGitFolder(path: string): Promise<() => void> {
    const repository = dirname(path);
    const folder = await gitFolderOf(repository).catch(() => path);
    const changed = (name: string | null) => isTelling(name) && this.#onChange(basename(repository));
    const stops = [folder, join(folder, 'logs')].map((watched) => watchFolder(watched, changed));
    return () => stops.forEach((stop) => stop());
  }
}

/** Locks come and go with every look that an agent's own git takes. */
function isTelling(name: string | null): boolean {
  return name === null || !name.endsWith('.lock');
}
