import { constants, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Failure } from '../contract/chats.ts';
import { reasonOf } from '../contract/reason-of.ts';
import type { Repo } from '../contract/repos.ts';
import { checkGitFiles } from './check-git-files.ts';
import { candidateBranches, defaultBranchOf, type DefaultBranchSettings } from './default-branch.ts';
import { DiffReader } from './diff-reader.ts';
import { RepositoryError, type Git } from './git.ts';
import { MetadataReader, type Metadata } from './metadata.ts';
import { parseRemote, preferredRemote, providerOf, withoutCredentials } from './remotes.ts';
import type { Remote } from './remotes.ts';
import { WorkTreeStatusReader } from './work-tree-status.ts';
import { codeOf } from '../storage/attempt.ts';

/** What one look at a repository found. */
export interface RepositoryState extends Omit<Repo, 'prUrls' | 'prUrl' | 'prState' | 'startHooksCompleted'> {
  /** Where it comes from; never shown. */
  remotes: Remote[];
}

/** Of which nothing is known. */
export function blankState(folder: string): RepositoryState {
  const unknown = { defaultBranch: '', currentBranch: '', gitDiff: null, remotes: [] };
  return { name: basename(folder), path: folder, ...unknown };
}

export interface RepositoryReaderOptions {
  git: Git;
  settings: DefaultBranchSettings;
  /** The text of one diff is cut there. */
  maxBytes: number;
}

/** Looks at repositories, and remembers what need not be looked at again. */
export class RepositoryReader {
  readonly #settings: DefaultBranchSettings;
  readonly #status: WorkTreeStatusReader;
  readonly #metadata: MetadataReader;
  readonly #diffs: DiffReader;

  constructor({ git, settings, maxBytes }: RepositoryReaderOptions) {
    this.#settings = settings;
    this.#status = new WorkTreeStatusReader(git);
    this.#metadata = new MetadataReader({ git, branches: candidateBranches(settings) });
    this.#diffs = new DiffReader({ git, maxBytes });
  }

  /** Never throws: what could not be read is left empty, and `error` says why. */
  async read(folder: string, { withText }: { withText: boolean }): Promise<RepositoryState> {
    const state = blankState(folder);
    const failed = new AbortController();
    try {
      await checkGitFiles(folder);
      const status = this.#status.read(folder, { unwanted: failed.signal }); // takes longest, so it goes first
      status.catch(() => undefined); // it is awaited below, or not needed
      const metadata = await this.#metadata.read(folder);
      const defaultBranch = defaultBranchOf(state.name, { metadata, settings: this.#settings });
      const described = { ...state, defaultBranch: defaultBranch.name, ...describe(metadata) };
      const gitDiff = status.then((seen) =>
        this.#diffs.read(folder, { status: seen, defaultBranch, withText }),
      );
      return await gitDiff.then(
        (diff) => ({ ...described, gitDiff: diff }),
        async (error: unknown) => ({ ...described, error: await toFailure(folder, error) }),
      );
    } catch (error) {
      failed.abort(); // git may wait for ever for what it cannot read
      return { ...state, error: await toFailure(folder, error) };
    }
  }
}

function describe({ branch, remotes: configured }: Metadata) {
  const remotes = configured.flatMap(({ name, url }) => parseRemote(name, url) ?? []);
  const remote = preferredRemote(remotes);
  const provider = remote && providerOf(remote);
  return { currentBranch: branch, remotes, ...(provider !== undefined && { provider }) };
}

/** git takes what it may not read for missing or broken. */
async function toFailure(folder: string, error: unknown): Promise<Failure> {
  const denied = await findDenied(folder);
  if (denied !== undefined) {
    return { code: 'repo_not_readable', message: `The engine may not read ${denied}.` };
  }
  if (error instanceof RepositoryError) return error.failure;
  return { code: 'repo_unreadable', message: withoutCredentials(reasonOf(error)) };
}

async function findDenied(folder: string): Promise<string | undefined> {
  for (const path of [folder, join(folder, '.git'), join(folder, '.git', 'HEAD')]) {
    if (await isDenied(path)) return path;
  }
  return undefined;
}

async function isDenied(path: string): Promise<boolean> {
  try {
    await (await open(path, constants.O_RDONLY | constants.O_NONBLOCK)).close();
    return false;
  } catch (error) {
    return codeOf(error) === 'EACCES';
  }
}
