import type { FileNames, FileQuery } from '../contract/file-names.ts';
import { listRepositories, type RepositoryFolder } from './find-repositories.ts';
import type { Git } from './git.ts';
import { rankNames } from './rank-names.ts';

/** Somebody who writes asks with each letter. */
const FRESH_MS = 3_000;
const TIME_MS = 2_000;
const MOST_BYTES = 1024 * 1024;
const MOST_NAMES = 50_000;

/** A name that breaks a line, or ends a quotation, could say something else than a name in a message. */
const UNSPEAKABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"\uFFFD]/u;

type Names = Pick<FileNames, 'truncated'> & { names: readonly string[] };

/** Finds files of the repositories by letters of their paths, but for those that git ignores. */
export class FileFinder {
  readonly #options: { folder: string; git: Git };
  #listed: { at: number; names: Promise<Names> } | null = null;

  /** `folder`: `~/workspaces`. */
  constructor(options: { folder: string; git: Git }) {
    this.#options = options;
  }

  async find({ q, limit }: FileQuery): Promise<FileNames> {
    const { names, truncated } = await this.#names();
    const found = rankNames(names, q);
    return { files: found.slice(0, limit), truncated: truncated || found.length > limit };
  }

  #names(): Promise<Names> {
    const now = performance.now();
    if (this.#listed === null || now - this.#listed.at > FRESH_MS) {
      this.#listed = { at: now, names: this.#list() };
    }
    return this.#listed.names;
  }

  async #list(): Promise<Names> {
    const { folder, git } = this.#options;
    const unwanted = AbortSignal.timeout(TIME_MS);
    const lists = await Promise.all(
      listRepositories(folder).map((repository) => listFiles(git, repository, unwanted)),
    );
    const names = lists.flatMap((list) => list.names);
    const truncated = names.length > MOST_NAMES || lists.some((list) => list.truncated);
    return { names: names.slice(0, MOST_NAMES), truncated };
  }
}

/** None of a repository that cannot be read. */
async function listFiles(
  git: Git,
  { name, folder }: RepositoryFolder,
  unwanted: AbortSignal,
): Promise<Names> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const listed = await git(folder, args, { maxBytes: MOST_BYTES, unwanted }).catch(() => null);
  const paths = listed?.stdout.toString('utf8').split('\0').slice(0, -1) ?? [];
  const names = paths.map((path) => `${name}/${path}`).filter((path) => !UNSPEAKABLE.test(path));
  return { names, truncated: listed?.ended !== 'exited' };
}
