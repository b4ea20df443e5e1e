import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { explainUnfit } from './check-git-files.ts';
import { stampFiles } from './file-stamps.ts';
import type { Git } from './git.ts';
import { readWithGit, type Metadata } from './metadata-by-git.ts';
import { readWithIsomorphicGit } from './metadata-by-isomorphic-git.ts';

export interface MetadataReaderOptions {
  git: Git;
  /** Branches that may be the default one. */
  branches: readonly string[];
}

interface Known {
  metadata: Metadata;
  /** Of the files it was read from; null when it must be read again. */
  stamp: string | null;
}

/**
 * isomorphic-git needs no process, but knows only repositories of the first format that have a `.git` folder of their
 * own. Whatever it cannot read is git's to read. What isomorphic-git has read is good until one of its files changes.
 */
export class MetadataReader {
  readonly #git: Git;
  readonly #refs: string[];
  readonly #known = new Map<string, Known>();

  constructor({ git, branches }: MetadataReaderOptions) {
    this.#git = git;
    this.#refs = branches.flatMap((branch) => [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`]);
  }

  /** @throws {RepositoryError} when git cannot read it either. */
  async read(folder: string): Promise<Metadata> {
    const own = await stat(join(folder, '.git')).catch(() => null);
    const metadata = own?.isDirectory() ? await this.#readOwn(folder) : null;
    return metadata ?? readWithGit(folder, { git: this.#git, refs: this.#refs });
  }

  async #readOwn(folder: string): Promise<Metadata | null> {
    const known = this.#known.get(folder);
    const refs = [...this.#refs, ...(known === undefined ? [] : originHeadRef(known.metadata))];
    const names = ['HEAD', 'config', 'packed-refs', 'refs/remotes/origin/HEAD', ...refs];
    const stamp = await stampFiles(names.map((name) => join(folder, '.git', name)));
    if (known !== undefined && stamp !== null && known.stamp === stamp) return known.metadata;
    const metadata = (await readWithIsomorphicGit(folder, this.#refs).catch(explainUnfit)) ?? null; // git says what is wrong
    const isStamped = metadata !== null && originHeadRef(metadata).every((ref) => refs.includes(ref));
    if (metadata === null) this.#known.delete(folder);
    else this.#known.set(folder, { metadata, stamp: isStamped ? stamp : null });
    return metadata;
  }
}

function originHeadRef({ originHead }: Metadata): string[] {
  return originHead === null ? [] : [`refs/remotes/origin/${originHead}`];
}
