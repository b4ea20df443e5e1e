import type { GitDiff } from '../contract/repos.ts';
import type { DefaultBranch } from './default-branch.ts';
import { readDiff } from './diff.ts';
import type { Diff } from './diff.ts';
import type { Git } from './git.ts';
import type { WorkTreeStatus } from './work-tree-status.ts';

export interface DiffReaderOptions {
  git: Git;
  /** The text of one diff is cut there. */
  maxBytes: number;
}

export interface ReadDiffOptions {
  status: WorkTreeStatus;
  defaultBranch: DefaultBranch;
  /** Whether the text is wanted, or the numbers alone. */
  withText: boolean;
}

/** All texts that are kept for the next time may take so much. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** Diffs of repositories, each made again only when its HEAD, its index, a file or the default branch has changed. */
export class DiffReader {
  readonly #options: DiffReaderOptions;
  /** By folder, the one used last at the end. */
  readonly #kept = new Map<string, { key: string; diff: Diff }>();

  constructor(options: DiffReaderOptions) {
    this.#options = options;
  }

  /** @throws {RepositoryError} when git cannot tell. */
  async read(folder: string, { status, defaultBranch, withText }: ReadDiffOptions): Promise<GitDiff> {
    const { git, maxBytes } = this.#options;
    const key = status.fingerprint && `${status.fingerprint} ${defaultBranch.tip}`;
    const kept = this.#kept.get(folder);
    const isKept = kept !== undefined && kept.key === key && (!withText || kept.diff.fullDiff !== undefined);
    if (isKept) this.#keep(folder, kept);
    const diff = isKept
      ? kept.diff
      : await makeDiff(folder, { git, maxBytes, status, tip: defaultBranch.tip, withText });
    if (!isKept && key !== null) this.#keep(folder, { key, diff });
    return withText ? diff : withoutText(diff);
  }

  #keep(folder: string, entry: { key: string; diff: Diff }): void {
    this.#kept.delete(folder);
    this.#kept.set(folder, entry);
    let room = KEPT_BYTES;
    for (const [name, { key, diff }] of [...this.#kept].toReversed()) {
      room -= diff.fullDiff?.length ?? 0;
      if (room < 0) this.#kept.set(name, { key, diff: withoutText(diff) });
    }
  }
}

interface MakeOptions extends DiffReaderOptions {
  status: WorkTreeStatus;
  tip: string | null;
  withText: boolean;
}

async function makeDiff(
  folder: string,
  { git, maxBytes, status, tip, withText }: MakeOptions,
): Promise<Diff> {
  const base = await findBase(folder, { git, head: status.head, tip });
  const isClean = status.tracked.length === 0 && status.untracked.length === 0;
  if (isClean && base === status.head) return { added: 0, removed: 0, ...(withText && { fullDiff: '' }) };
  return readDiff(folder, { git, base, status, withText, maxBytes });
}

/** Where the branch left the default one; HEAD when that cannot be known; nothing at all before the first commit. */
async function findBase(
  folder: string,
  { git, head, tip }: { git: Git; head: string | null; tip: string | null },
): Promise<string> {
  if (head === null) return hashOfEmptyTree(folder, git);
  if (tip === null || tip === head) return head;
  const { stdout } = await git(folder, ['merge-base', tip, head], { accept: [0, 1, 128] });
  return stdout.toString('latin1').trim() || head;
}

async function hashOfEmptyTree(folder: string, git: Git): Promise<string> {
  const { stdout } = await git(folder, ['hash-object', '-t', 'tree', '--stdin'], { input: new Uint8Array() });
  return stdout.toString('latin1').trim();
}

function withoutText(diff: Diff): Diff {
  const { fullDiff: _, ...numbers } = diff;
  return numbers;
}
