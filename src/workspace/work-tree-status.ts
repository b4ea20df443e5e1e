import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stampFiles } from './file-stamps.ts';
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

const ARGS = ['status', '--porcelain=v2', '--branch', '-z', '--no-renames', '--untracked-files=all'];

/** One `git status`, and a look at each changed file. */
export async function readWorkTreeStatus(folder: string, git: Git): Promise<WorkTreeStatus> {
  const { stdout, ended } = await git(folder, [...ARGS, '--ignore-submodules=dirty']);
  const records = stdout.toString('latin1').split('\0');
  const status = parse(records);
  const paths = [...status.tracked, ...status.untracked];
  const isReliable = ended === 'exited' && paths.length <= FILES_MAX;
  const root = Buffer.from(join(folder, '/'));
  const files = paths.map((path) => Buffer.concat([root, Buffer.from(path, 'latin1')]));
  const stamps = isReliable ? await stampFiles(files) : null;
  const fingerprint = stamps === null ? null : createHash('sha1').update(stdout).update(stamps).digest('hex');
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
