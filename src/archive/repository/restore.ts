import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { Buffer } from 'node:buffer';
import { dirname, join } from 'node:path';
import { RepositoryError, type Git } from '../../workspace/git.ts';
import type { ArchivedRepository } from '../manifest.ts';
import { existing, openSideFolder } from './side-folder.ts';

export interface RestoreRepositoryOptions {
  git: Git;
  /** Where there is room for what changed. */
  scratch: string;
  /** The files of the bundles, put together again. */
  bundles: readonly string[];
}

/** Where what comes with the bundles lies until its place is known. */
const ARRIVED = 'refs/replicas/arrived/';
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-gc'];
const EMPTY_TREE = ['hash-object', '-t', 'tree', '--stdin', '-w'];

/**
 * Makes of a folder the repository that was archived: commits, branches, stashes, the branch that is checked out, index and
 * files. A folder that is there already is taken over when nobody has changed anything in it; otherwise it stays as it is.
 * Tells the branches and tags that did not come, because the remote has lost their commits.
 * @throws {RepositoryError} saying why it could not be restored.
 */
export async function restoreRepository(
  folder: string,
  entry: ArchivedRepository,
  options: RestoreRepositoryOptions,
): Promise<string[]> {
  const git: OneGit = (args, rest) => options.git(folder, args, rest);
  if (await isUsed(folder)) await assertUntouched(git, entry);
  else await create(folder, entry, options.git);
  for (const [place, { prerequisites }] of entry.bundles.entries()) {
    await fetchMissing(git, entry, prerequisites);
    await git([...FETCH, options.bundles[place]!, `+refs/*:${ARRIVED}${place}/*`]);
  }
  await fetchMissing(git, entry, Object.values(entry.refs)).catch(() => undefined); // what is lost is told
  const lost = await placeRefs(git, entry);
  await placeFiles(folder, entry, options);
  await removeArrived(git);
  return lost;
}

type OneGit = (args: readonly string[], options?: Parameters<Git>[2]) => ReturnType<Git>;

async function isUsed(folder: string): Promise<boolean> {
  if (existsSync(join(folder, '.git'))) return true;
  const names = await readdir(folder).catch(() => []);
  if (names.length > 0) throw touched('has files in it, and is no repository');
  return false;
}

/** A clone as it was made may be taken over. */
async function assertUntouched(git: OneGit, { refs }: ArchivedRepository): Promise<void> {
  const { stdout } = await git([
    'status',
    '--porcelain',
    '--untracked-files=normal',
    '--ignore-submodules=all',
  ]);
  if (stdout.length > 0) throw touched('has changes that are not in the archive');
  const known = await existing(git, Object.values(refs));
  const { stdout: commits } = await git([
    'rev-list',
    '--max-count=1',
    '--branches',
    '--not',
    '--remotes',
    ...known,
  ]);
  if (commits.length > 0) throw touched('has commits that are not in the archive');
}

async function create(
  folder: string,
  { remotes, basedOn, head }: ArchivedRepository,
  git: Git,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const url = basedOn === null ? undefined : remotes[basedOn];
  if (basedOn !== null && url !== undefined)
    await git(dirname(folder), ['clone', '--quiet', '--no-checkout', '--origin', basedOn, '--', url, folder]);
  else {
    const format = head?.length === 64 ? ['--object-format=sha256'] : [];
    await git(dirname(folder), ['init', '--quiet', ...format, '--', folder]);
  }
  for (const [name, other] of Object.entries(remotes))
    if (name !== basedOn) await git(folder, ['remote', 'add', '--', name, other]);
}

/** What was archived builds on commits of the remote, which a clone may not have, and the remote may have lost. */
async function fetchMissing(
  git: OneGit,
  { basedOn }: ArchivedRepository,
  ids: readonly string[],
): Promise<void> {
  if (basedOn === null || (await missing(git, ids)).length === 0) return;
  await git(['fetch', '--quiet', '--no-write-fetch-head', basedOn]);
  for (const id of await missing(git, ids))
    await git([...FETCH, basedOn, `+${id}:${ARRIVED}basis/${id}`]).catch(() => undefined);
}

async function missing(git: OneGit, ids: readonly string[]): Promise<string[]> {
  const there = new Set(await existing(git, ids));
  return ids.filter((id) => !there.has(id));
}

async function placeRefs(
  git: OneGit,
  { refs, upstreams, stashes, branch, head }: ArchivedRepository,
): Promise<string[]> {
  const there = new Set(await existing(git, Object.values(refs)));
  const placed = Object.entries(refs).filter(([, id]) => there.has(id));
  if (head !== null) await git(['update-ref', '--no-deref', 'HEAD', head]); // a branch that is checked out is not moved
  const updates = placed.map(([name, id]) => `update ${name} ${id}\n`).join('');
  await git(['update-ref', '--stdin'], { input: Buffer.from(updates) });
  if (branch !== null) await git(['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  for (const [name, upstream] of Object.entries(upstreams)) {
    const [, remote, tail] = /^refs\/remotes\/([^/]+)\/(.+)$/.exec(upstream) ?? [];
    const own = name.slice('refs/heads/'.length);
    if (remote === undefined || tail === undefined) continue;
    await git(['config', `branch.${own}.remote`, remote]);
    await git(['config', `branch.${own}.merge`, `refs/heads/${tail}`]);
  }
  for (const { id, message } of stashes.toReversed()) await git(['stash', 'store', '--message', message, id]);
  return Object.keys(refs).filter((name) => !there.has(refs[name]!));
}

/** What is in the index is checked out as git does it; what differs from it is written byte for byte as it was. */
async function placeFiles(
  folder: string,
  { index: archivedIndex, head, files }: ArchivedRepository,
  options: RestoreRepositoryOptions,
): Promise<void> {
  const git: OneGit = (args, rest) => options.git(folder, args, rest);
  const base =
    archivedIndex ?? head ?? (await git(EMPTY_TREE, { input: Buffer.alloc(0) })).stdout.toString().trim();
  const index = join(
    folder,
    (await git(['rev-parse', '--git-path', 'index'])).stdout.toString('utf8').trim(),
  );
  const side = await openSideFolder(folder, options);
  try {
    const checkOut = ['read-tree', '--reset', '-u', base];
    // A filter that is not installed here leaves the files as git keeps them.
    await git(checkOut).catch(() => side.git(checkOut, { variables: { GIT_INDEX_FILE: index } }));
    const { stdout } = await git(['diff-tree', '-r', '-z', '--no-renames', '--name-status', base, files]);
    const fields = stdout.toString('latin1').split('\0');
    const paths = fields.filter((_, place) => place % 2 === 1);
    const gone = paths.filter((_, place) => fields[2 * place] === 'D');
    for (const path of gone) await rm(bytesOf(join(folder, '/'), path), { force: true });
    await side.git(['read-tree', files]);
    const wanted = paths.filter((_, place) => fields[2 * place] !== 'D').map((path) => `${path}\0`);
    await side.git(['checkout-index', '--force', '-z', '--stdin'], {
      input: Buffer.from(wanted.join(''), 'latin1'),
    });
  } finally {
    await side.remove();
  }
}

function bytesOf(folder: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(folder), Buffer.from(path, 'latin1')]);
}

async function removeArrived(git: OneGit): Promise<void> {
  const { stdout } = await git(['for-each-ref', '--format=delete %(refname)', ARRIVED]);
  await git(['update-ref', '--stdin'], { input: stdout });
}

function touched(what: string): RepositoryError {
  return new RepositoryError({ code: 'repo_in_use', message: `The folder ${what}: it was left as it is.` });
}
