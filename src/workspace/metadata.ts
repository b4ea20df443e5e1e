import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';
import { readWithGit } from './metadata-by-git.ts';
import { readWithIsomorphicGit } from './metadata-by-isomorphic-git.ts';

/** What a repository says about itself without its files being looked at. */
export interface Metadata {
  /** "HEAD" when detached. A branch without commits has its name too. */
  branch: string;
  remotes: { name: string; url: string }[];
  /** The branch that `origin/HEAD` stands for. */
  originHead: string | null;
  /** Object ids of those of the asked refs that exist, by full name. */
  refs: ReadonlyMap<string, string>;
}

/**
 * isomorphic-git needs no process, but knows only repositories of the first format that have a `.git` folder of their
 * own. Whatever it cannot read is git's to read.
 * @throws {RepositoryError} when git cannot either.
 */
export async function readMetadata(folder: string, { git, branches }: MetadataOptions): Promise<Metadata> {
  const refs = branches.flatMap((branch) => [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`]);
  const own = await stat(join(folder, '.git')).catch(() => null);
  const read = own?.isDirectory() ? await readWithIsomorphicGit(folder, refs).catch(() => null) : null;
  return read ?? readWithGit(folder, { git, refs });
}

interface MetadataOptions {
  git: Git;
  /** Branches that may be the default one. */
  branches: readonly string[];
}
