import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyIndex } from './copy-index.ts';
import { decodeText } from './decode-text.ts';
import type { Git } from './git.ts';
import { gitFolderOf } from './git-folder.ts';
import type { WorkTreeStatus } from './work-tree-status.ts';

export interface Diff {
  added: number;
  removed: number;
  /** Left out when only the numbers were asked for. */
  fullDiff?: string;
  truncated?: boolean;
}

export interface DiffOptions {
  git: Git;
  /** The commit or tree that the files are compared with. */
  base: string;
  status: WorkTreeStatus;
  withText: boolean;
  /** The text is cut at the last whole line within. */
  maxBytes: number;
}

/** More files than that are not shown when git does not know them. */
const UNTRACKED_MAX = 10_000;
/** Room for the numbers, which come before the text. */
const NUMBERS_BYTES = 1024 * 1024;

const EMPTY_BLOB = {
  sha1: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391',
  sha256: '473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813',
};

const FORM = [
  '--no-color --no-ext-diff --no-textconv --no-relative --find-renames --unified=3',
  '--src-prefix=a/ --dst-prefix=b/ --submodule=short --ignore-submodules=dirty',
].flatMap((options) => options.split(' '));

/** The files as they are now against `base`: committed since, staged, unstaged and untracked changes in one. */
export async function readDiff(folder: string, options: DiffOptions): Promise<Diff> {
  const { untracked } = options.status;
  const files = untracked.filter((path) => !path.endsWith('/')); // a folder is a repository of its own
  if (files.length === 0) return compare(folder, options);
  const shown = files.slice(0, UNTRACKED_MAX);
  const diff = await withIndexOf(folder, async (indexFile) => {
    await addUntracked(folder, { ...options, indexFile, files: shown });
    return compare(folder, { ...options, indexFile });
  });
  return shown.length < files.length ? { ...diff, truncated: true } : diff;
}

async function compare(
  folder: string,
  { git, base, withText, maxBytes, indexFile }: DiffOptions & { indexFile?: string },
): Promise<Diff> {
  const args = ['diff', ...FORM, '--numstat', ...(withText ? ['--patch'] : []), base, '--'];
  const { stdout, ended } = await git(folder, args, {
    maxBytes: maxBytes + NUMBERS_BYTES,
    ...(indexFile === undefined ? {} : { variables: { GIT_INDEX_FILE: indexFile } }),
  });
  const gap = stdout.indexOf('\n\n');
  const numbers = countLines(gap === -1 ? stdout : stdout.subarray(0, gap));
  const isCut = ended === 'cut';
  if (!withText) return { ...numbers, ...(isCut && { truncated: true }) };
  const text = gap === -1 ? Buffer.alloc(0) : stdout.subarray(gap + 2);
  const isTooLong = isCut || text.length > maxBytes;
  const shown = isTooLong ? wholeLines(text.subarray(0, maxBytes)) : text;
  return { ...numbers, fullDiff: await decodeText(shown), ...(isTooLong && { truncated: true }) };
}

/** Binary and huge files have a dash instead of numbers. */
function countLines(output: Buffer): { added: number; removed: number } {
  let [added, removed] = [0, 0];
  for (const line of output.toString('latin1').split('\n')) {
    const [plus = '', minus = ''] = line.split('\t', 2);
    added += Number.parseInt(plus, 10) || 0;
    removed += Number.parseInt(minus, 10) || 0;
  }
  return { added, removed };
}

function wholeLines(text: Buffer): Buffer {
  return text.subarray(0, text.lastIndexOf('\n') + 1);
}

/** A copy: the repository's own index is never written. */
async function withIndexOf<Result>(
  folder: string,
  work: (indexFile: string) => Promise<Result>,
): Promise<Result> {
  const temporary = await mkdtemp(join(tmpdir(), 'replicas-index-'));
  try {
    const indexFile = join(temporary, 'index');
    await copyIndex(join(await gitFolderOf(folder), 'index'), indexFile);
    return await work(indexFile);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Enters the files as empty ones that look changed, so that git compares them without storing anything. */
async function addUntracked(
  folder: string,
  { git, base, indexFile, files }: { git: Git; base: string; indexFile: string; files: readonly string[] },
): Promise<void> {
  const blob = base.length === EMPTY_BLOB.sha1.length ? EMPTY_BLOB.sha1 : EMPTY_BLOB.sha256;
  const entries = files.map((path) => `100644 ${blob} 0\t${path}\0`).join('');
  await git(folder, ['update-index', '--add', '--replace', '-z', '--index-info'], {
    variables: { GIT_INDEX_FILE: indexFile },
    input: Buffer.from(entries, 'latin1'),
  });
}
