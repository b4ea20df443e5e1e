import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';

/** What differs between HEAD, the index and the files. Paths are bytes, one character each (latin1). */
export interface WorkTreeStatus {
  /** Null before the first commit. */
  head: string | null;
  tracked: string[];
  untracked: string[];
  /** The same as long as HEAD, the index and the changed files are. Null when it cannot be relied on. */
  fingerprint: string | null;
}

/** So many changed files are looked at one by one. */
const FILES_MAX = 20_000;
const AT_ONCE = 64;
/** Timestamps of a file system are this coarse: what changed just now may change again unseen. */
const COARSE_MS = 20;

const ARGS = ['status', '--porcelain=v2', '--branch', '-z', '--no-renames', '--untracked-files=all'];

/** One `git status`, and a look at each changed file. */
export async function readWorkTreeStatus(folder: string, git: Git): Promise<WorkTreeStatus> {
  const { stdout, ended } = await git(folder, [...ARGS, '--ignore-submodules=dirty']);
  const records = stdout.toString('latin1').split('\0');
  const status = parse(records);
  const paths = [...status.tracked, ...status.untracked];
  const isReliable = ended === 'exited' && paths.length <= FILES_MAX;
  const stamps = isReliable ? await stampAll(folder, paths) : null;
  const fingerprint = stamps && createHash('sha1').update(stdout).update(stamps.join('\n')).digest('hex');
  return { ...status, fingerprint };
}

/** Fields before the path of a record, by its kind. */
const FIELDS: Record<string, number> = { '1': 8, u: 10 };

function parse(records: readonly string[]): Omit<WorkTreeStatus, 'fingerprint'> {
  const oid = records.find((record) => record.startsWith('# branch.oid '))?.slice('# branch.oid '.length);
  const tracked: string[] = [];
  const untracked: string[] = [];
  for (const record of records) {
    const kind = record.slice(0, record.indexOf(' '));
    if (kind === '?') untracked.push(record.slice(2));
    else if (kind in FIELDS) tracked.push(record.split(' ').slice(FIELDS[kind]).join(' '));
  }
  return { head: oid === undefined || oid.startsWith('(') ? null : oid, tracked, untracked };
}

/** Null when one of them changed so recently that the next change may not show. */
async function stampAll(folder: string, paths: readonly string[]): Promise<string[] | null> {
  const stamps: string[] = [];
  const settledBefore = Date.now() - COARSE_MS;
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const part = await Promise.all(paths.slice(start, start + AT_ONCE).map((path) => stampOf(folder, path)));
    if (part.some(({ changedAt }) => changedAt > settledBefore)) return null;
    stamps.push(...part.map(({ text }) => text));
  }
  return stamps;
}

async function stampOf(folder: string, path: string): Promise<{ text: string; changedAt: number }> {
  const file = Buffer.concat([Buffer.from(join(folder, '/')), Buffer.from(path, 'latin1')]);
  const seen = await lstat(file).catch(() => null); // removed, or not ours to look at
  if (seen === null) return { text: '-', changedAt: 0 };
  const { size, mtimeMs, ctimeMs, mode, ino } = seen;
  return { text: [size, mtimeMs, ctimeMs, mode, ino].join(' '), changedAt: ctimeMs };
}
