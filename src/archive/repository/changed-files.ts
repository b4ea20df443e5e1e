import { access, constants, lstat } from 'node:fs/promises';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { RepositoryError } from '../../workspace/git.ts';
import type { Omission } from '../manifest.ts';
import type { SideFolder } from './side-folder.ts';

export interface SizeLimits {
  /** Of one file. */
  file: number;
  /** Of a whole repository. */
  repository: number;
}

interface Candidate {
  /** Bytes, one character each (latin1). */
  path: string;
  size: number;
}

const GITLINK = '160000';
/** Never archived, wherever it lies. */
const CREDENTIALS = /(?:^|\/)\.git-credentials$/;

/** Enters the files as they are now, also those that git does not know and does not ignore, into the index of the side folder. */
export async function enterFiles(
  folder: string,
  { git }: SideFolder,
  limits: SizeLimits,
): Promise<Omission[]> {
  const { changed, omitted } = await listChanged(git);
  const gone: string[] = [];
  const files: Candidate[] = [];
  for (const path of changed) {
    const size = await sizeOf(folder, path);
    if (size === null) gone.push(path);
    else if (typeof size === 'string') omitted.push({ path: shown(path), reason: size });
    else files.push({ path, size });
  }
  const { taken, left } = within(files, limits);
  await update(git, ['--force-remove'], gone);
  await update(git, ['--add', '--remove', '--replace'], taken);
  return [...omitted, ...left];
}

async function listChanged(git: SideFolder['git']): Promise<{ changed: string[]; omitted: Omission[] }> {
  const tracked = await list(git, ['diff-files', '--raw', '-z', '--ignore-submodules=all']);
  const untracked = await list(git, ['ls-files', '--others', '--exclude-standard', '-z']);
  const isOther = (path: string) => path.endsWith('/'); // a repository of its own
  const omitted = untracked
    .filter((path) => isOther(path) || CREDENTIALS.test(path))
    .map((path) => ({ path: shown(path), reason: isOther(path) ? 'repository' : 'credentials' }));
  const links = await list(git, ['ls-files', '--stage', '-z', '--', ':(glob).gitmodules']);
  const modules = links.length === 0 ? [] : await list(git, ['ls-files', '--stage', '-z']);
  const submodules = modules
    .filter((entry) => entry.startsWith(GITLINK))
    .map((entry) => ({ path: shown(entry.slice(entry.indexOf('\t') + 1)), reason: 'submodule' }));
  const known = tracked.filter((_, index) => index % 2 === 1);
  const others = untracked.filter((path) => !isOther(path) && !CREDENTIALS.test(path));
  return { changed: [...new Set([...known, ...others])], omitted: [...omitted, ...submodules] };
}

async function list(git: SideFolder['git'], args: readonly string[]): Promise<string[]> {
  const { stdout, ended } = await git(args);
  if (ended === 'cut')
    throw new RepositoryError({
      code: 'repo_too_large',
      message: 'There are more changed files than can be listed.',
    });
  return stdout.toString('latin1').split('\0').filter(Boolean);
}

/** Null for what is gone, the reason for what cannot be taken. */
async function sizeOf(folder: string, path: string): Promise<number | string | null> {
  const absolute = Buffer.concat([Buffer.from(join(folder, '/')), Buffer.from(path, 'latin1')]);
  const stats = await lstat(absolute).catch(() => null);
  if (stats === null || stats.isDirectory()) return null;
  if (stats.isSymbolicLink()) return stats.size;
  if (!stats.isFile()) return 'noFile';
  return access(absolute, constants.R_OK).then(
    () => stats.size,
    () => 'notReadable',
  );
}

/** The smaller ones first, so that one large file leaves out itself alone. */
function within(files: readonly Candidate[], limits: SizeLimits): { taken: string[]; left: Omission[] } {
  const taken: string[] = [];
  const left: Omission[] = [];
  let sum = 0;
  for (const { path, size } of files.toSorted((one, other) => one.size - other.size)) {
    sum += size;
    if (size > limits.file) left.push({ path: shown(path), size, reason: 'fileTooLarge' });
    else if (sum > limits.repository) left.push({ path: shown(path), size, reason: 'repositoryTooLarge' });
    else taken.push(path);
  }
  return { taken, left };
}

async function update(git: SideFolder['git'], options: string[], paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');
  await git(['update-index', ...options, '-z', '--stdin'], { input });
}

function shown(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
