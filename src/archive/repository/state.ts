import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gitFolderOf } from '../../workspace/git-folder.ts';
import type { Git } from '../../workspace/git.ts';
import { withoutCredentials } from '../../workspace/remotes.ts';
import type { ArchivedRepository, Omission } from '../manifest.ts';

export interface RepositoryState extends Pick<
  ArchivedRepository,
  'remotes' | 'basedOn' | 'branch' | 'head' | 'refs' | 'upstreams' | 'stashes'
> {
  /** What the remote had when it was asked last. */
  basis: string[];
}

const REF_FORMAT = '--format=%(objectname)%09%(refname)%09%(upstream)';

/** What git keeps while it is in the middle of something, and an archive does not. */
const UNFINISHED = [
  'MERGE_HEAD',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'BISECT_LOG',
  'rebase-merge',
  'rebase-apply',
];

/** @throws {RepositoryError} when git cannot read the repository. */
export async function readState(folder: string, git: Git): Promise<RepositoryState> {
  const ask = async (...args: string[]) =>
    (await git(folder, args, { accept: [0, 1, 128] })).stdout.toString('utf8').trimEnd();
  const urls = linesOf(await ask('config', '--get-regexp', String.raw`^remote\..*\.url$`));
  const remotes = Object.fromEntries(urls.map((line) => toRemote(line)));
  const names = Object.keys(remotes);
  const first = names.includes('origin') ? 'origin' : (names[0] ?? '');
  const basedOn = isReachable(remotes[first] ?? '') ? first : null;
  const kinds = ['refs/heads', 'refs/tags', ...(basedOn === null ? [] : [`refs/remotes/${basedOn}`])];
  const { stdout } = await git(folder, ['for-each-ref', REF_FORMAT, ...kinds]);
  const all = linesOf(stdout.toString('utf8')).map((line) => line.split('\t') as [string, string, string]);
  const own = all.filter(([, name]) => !name.startsWith('refs/remotes/') && !name.includes('\uFFFD'));
  const stashes = linesOf(await ask('log', '--walk-reflogs', '--format=%H%x09%gs', 'refs/stash', '--'));
  return {
    remotes,
    basedOn,
    branch: (await ask('symbolic-ref', '--quiet', '--short', 'HEAD')) || null,
    head: (await ask('rev-parse', '--verify', '--quiet', 'HEAD')) || null,
    refs: Object.fromEntries(own.map(([id, name]) => [name, id])),
    upstreams: Object.fromEntries(own.flatMap(([, name, upstream]) => (upstream ? [[name, upstream]] : []))),
    stashes: stashes.map((line) => ({
      id: line.split('\t', 1)[0]!,
      message: line.slice(line.indexOf('\t') + 1),
    })),
    basis: all.flatMap(([id, name]) => (name.startsWith('refs/remotes/') ? [id] : [])),
  };
}

export async function findUnfinished(folder: string): Promise<Omission[]> {
  const gitFolder = await gitFolderOf(folder);
  const there = UNFINISHED.filter((name) => existsSync(join(gitFolder, name)));
  return there.map((path) => ({ path, reason: 'unfinished' }));
}

function toRemote(line: string): [string, string] {
  const [key = '', ...url] = line.split(' ');
  return [key.slice('remote.'.length, -'.url'.length), withoutCredentials(url.join(' '))];
}

/** From another machine too: a path is not. */
function isReachable(url: string): boolean {
  return /^(?:https?|ssh|git):\/\//i.test(url) || /^[^/:]+:(?!\/\/)/.test(url);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(Boolean);
}
