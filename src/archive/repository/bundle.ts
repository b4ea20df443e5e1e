import { existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gitFolderOf } from '../../workspace/git-folder.ts';
import { RepositoryError, type Git } from '../../workspace/git.ts';
import { withoutCredentials } from '../../workspace/remotes.ts';
import type { ArchivedRepository, Omission } from '../manifest.ts';
import { enterFiles, type SizeLimits } from './changed-files.ts';
import { openSideFolder, type SideFolder } from './side-folder.ts';

export interface BundleOptions {
  git: Git;
  /** Where there is room for the bundle. */
  scratch: string;
  limits: SizeLimits;
  /** How the repository was archived the last time. */
  known?: ArchivedRepository | undefined;
  /** Puts the bundle into the archive. */
  pack: (file: string) => Promise<ArchivedRepository['bundle']['pieces']>;
}

/** What of a repository its remote does not have: commits, index and files, as one bundle. */
export type BundledRepository = Omit<ArchivedRepository, 'path'>;

/** The trees of index and files, as commits, so that they can be in a bundle. */
const INDEX_REF = 'refs/replicas/index';
const FILES_REF = 'refs/replicas/files';
export const stashRef = (index: number) => `refs/replicas/stash/${index}`;

/** The same trees make the same commits. */
const NOBODY = {
  GIT_AUTHOR_NAME: 'replicas',
  GIT_AUTHOR_EMAIL: 'replicas@localhost',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'replicas',
  GIT_COMMITTER_EMAIL: 'replicas@localhost',
  GIT_COMMITTER_DATE: '@0 +0000',
};

/** What git keeps while it is in the middle of something, and an archive does not. */
const UNFINISHED = [
  'MERGE_HEAD',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'BISECT_LOG',
  'rebase-merge',
  'rebase-apply',
];

/**
 * Archives a repository without touching anything of it.
 * @throws {RepositoryError} when git cannot, and what `pack` throws.
 */
export async function bundleRepository(folder: string, options: BundleOptions): Promise<BundledRepository> {
  const side = await openSideFolder(folder, options);
  try {
    const { basis, ...state } = await readState(folder, options.git);
    const indexTree = await writeTree(side).catch(() => null); // there are conflicts in it
    const omitted = await enterFiles(folder, side, options.limits);
    const workTree = await writeTree(side);
    const { known } = options;
    const described = { name: basename(folder), ...state, indexTree, workTree };
    const unfinished = await findUnfinished(folder);
    const shared = { ...described, omitted: [...omitted, ...unfinished] };
    if (known !== undefined && isSame(known, described)) return { ...known, ...shared };
    const { file, prerequisites } = await createBundle(side, { ...described, basis });
    const { size } = await stat(file);
    if (size > options.limits.repository) throw tooLarge(size);
    return { ...shared, bundle: { size, pieces: await options.pack(file) }, prerequisites };
  } finally {
    await side.remove();
  }
}

interface State extends Pick<
  ArchivedRepository,
  'remotes' | 'basedOn' | 'branch' | 'head' | 'refs' | 'upstreams' | 'stashes'
> {
  /** What the remote has. */
  basis: string[];
}

async function readState(folder: string, git: Git): Promise<State> {
  const ask = async (args: string[]) =>
    (await git(folder, args, { accept: [0, 1, 128] })).stdout.toString('utf8');
  const head = (await ask(['rev-parse', '--verify', '--quiet', 'HEAD'])).trim();
  const branch = (await ask(['symbolic-ref', '--quiet', '--short', 'HEAD'])).trim();
  const urls = linesOf(await ask(['config', '--get-regexp', String.raw`^remote\..*\.url$`]));
  const remotes = Object.fromEntries(urls.map((line) => toRemote(line)));
  const names = Object.keys(remotes);
  const first = names.includes('origin') ? 'origin' : (names[0] ?? '');
  const basedOn = isReachable(remotes[first] ?? '') ? first : null;
  const kinds = ['refs/heads', 'refs/tags', ...(basedOn === null ? [] : [`refs/remotes/${basedOn}`])];
  const { stdout } = await git(folder, ['for-each-ref', REF_FORMAT, ...kinds]);
  const all = linesOf(stdout.toString('utf8')).map((line) => line.split('\t'));
  const own = all.filter(([, name = '']) => !name.startsWith('refs/remotes/') && !name.includes('\uFFFD'));
  return {
    remotes,
    basedOn,
    branch: branch === '' ? null : branch,
    head: head === '' ? null : head,
    refs: Object.fromEntries(own.map(([id = '', name = '']) => [name, id])),
    upstreams: Object.fromEntries(
      own.flatMap(([, name = '', upstream]) => (upstream ? [[name, upstream]] : [])),
    ),
    stashes: linesOf(await ask(['log', '--walk-reflogs', '--format=%H%x09%gs', 'refs/stash', '--'])).map(
      toStash,
    ),
    basis: all.flatMap(([id = '', name = '']) => (name.startsWith('refs/remotes/') ? [id] : [])),
  };
}

const REF_FORMAT = '--format=%(objectname)%09%(refname)%09%(upstream)';

function toRemote(line: string): [string, string] {
  const [key = '', ...url] = line.split(' ');
  return [key.slice('remote.'.length, -'.url'.length), withoutCredentials(url.join(' '))];
}

function toStash(line: string): ArchivedRepository['stashes'][number] {
  const [id = '', ...message] = line.split('\t');
  return { id, message: message.join('\t') };
}

/** From another machine too: a path is not. */
function isReachable(url: string): boolean {
  return /^(?:https?|ssh|git):\/\//i.test(url) || /^[^/:]+:(?!\/\/)/.test(url);
}

async function findUnfinished(folder: string): Promise<Omission[]> {
  const gitFolder = await gitFolderOf(folder);
  return UNFINISHED.filter((name) => existsSync(join(gitFolder, name))).map((name) => ({
    path: name,
    reason: 'unfinished',
  }));
}

async function writeTree({ git }: SideFolder): Promise<string> {
  return (await git(['write-tree', '--missing-ok'])).stdout.toString('utf8').trim();
}

type Described = Pick<ArchivedRepository, 'head' | 'refs' | 'stashes' | 'indexTree' | 'workTree' | 'basedOn'>;

/** A bundle of the same commits, whatever the remote has got since. */
function isSame(one: Described, other: Described): boolean {
  const of = ({ head, refs, stashes, indexTree, workTree, basedOn }: Described) =>
    JSON.stringify([head, refs, stashes, indexTree, workTree, basedOn]);
  return of(one) === of(other);
}

async function createBundle(
  side: SideFolder,
  { head, refs, stashes, indexTree, workTree, basis }: Described & { basis: readonly string[] },
): Promise<{ file: string; prerequisites: string[] }> {
  const commit = async (tree: string) => {
    const parent = head === null ? [] : ['-p', head];
    const made = await side.git(['commit-tree', tree, ...parent, '-m', 'archived'], { variables: NOBODY });
    return made.stdout.toString('utf8').trim();
  };
  const made: [string, string][] = [
    ...Object.entries(refs),
    ...stashes.map(({ id }, index): [string, string] => [stashRef(index), id]),
    ...(indexTree === null ? [] : [[INDEX_REF, await commit(indexTree)] as [string, string]]),
    [FILES_REF, await commit(workTree)],
    ...(head === null ? [] : [['refs/replicas/head', head] as [string, string]]),
  ];
  const created = made.map(([name, id]) => `create ${name} ${id}\n`).join('');
  await side.git(['update-ref', '--stdin'], { input: Buffer.from(created) });
  const file = join(side.path, 'bundle');
  const wanted = [...made.map(([name]) => name), ...basis.map((id) => `^${id}`), ''].join('\n');
  await side.git(['bundle', 'create', '--quiet', file, '--stdin'], { input: Buffer.from(wanted) });
  return { file, prerequisites: await readPrerequisites(file) };
}

const HEADER_BYTES = 4 * 1024 * 1024;

/** They stand in the header, each behind a dash. */
async function readPrerequisites(file: string): Promise<string[]> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const text = buffer.subarray(0, bytesRead).toString('latin1');
    const header = text.slice(0, text.indexOf('\n\n') + 1);
    return [...header.matchAll(/^-([\da-f]+)/gm)].map(([, id = '']) => id);
  } finally {
    await handle.close();
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(Boolean);
}

function tooLarge(size: number): RepositoryError {
  const message = `What its remote does not have of it takes ${size} bytes, more than ARCHIVE_REPOSITORY_BYTES.`;
  return new RepositoryError({ code: 'repo_too_large', message });
}
