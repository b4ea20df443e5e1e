import { existsSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { codeOf } from '../storage/attempt.ts';
import { readIfFile } from '../storage/read-if-file.ts';
import { MS_PER_TICK, belongsTo, findProcess, startOfTicks } from './process-table.ts';
import { filesOf, type Run } from './run.ts';

export type RunStatus =
  /** No folder: never launched, or cleared away. */
  | { state: 'absent' }
  /** A folder, but the shell in it never ran. */
  | { state: 'unstarted' }
  /** `pid` is null for the moment between the start of the shell and that of the process, or after its end. */
  | { state: 'running'; pid: number | null }
  /** `exitCode` is null when the shell was killed before it could write it down. */
  | { state: 'ended'; exitCode: number | null };

/** What became of a run, whoever launched it. */
export function identify(run: Run): RunStatus {
  const files = filesOf(run);
  if (!existsSync(run.folder)) return { state: 'absent' };
  const exitCode = readNumber(files.exit);
  if (exitCode !== null) return { state: 'ended', exitCode };
  const shim = readNumber(files.shim);
  if (shim === null) return { state: 'unstarted' };
  const pid = readNumber(files.pid);
  if (pid !== null && belongsTo(run, pid)) return { state: 'running', pid };
  if (belongsTo(run, shim)) return { state: 'running', pid: null };
  return { state: 'ended', exitCode: readNumber(files.exit) };
}

export function isAlive(run: Run): boolean {
  return identify(run).state === 'running';
}

/**
 * Makes sure that a run that was found `unstarted` never starts, and clears its folder away: a shell that comes late
 * cannot write down that it started, and gives up. False when it came first after all; the run, which noticed nothing, is
 * then to be identified again.
 */
export async function fence(run: Run): Promise<boolean> {
  if (!(await isClaimed(run))) return false;
  const fenced = `${run.folder}.fenced`;
  await rename(run.folder, fenced);
  await rm(fenced, { recursive: true, force: true });
  return true;
}

/** Takes the place of what the shell writes first, by a second name for a file that is there: a full disk has room for that. */
async function isClaimed(run: Run): Promise<boolean> {
  const { shim, stderr } = filesOf(run);
  try {
    await link(stderr, shim);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (codeOf(error) === 'ENOENT') return !existsSync(shim); // no shell was started yet
    throw error;
  }
}

/** For how many milliseconds the run has been going on, also while the machine slept; null when it is over. */
export function elapsedOf(run: Run): number | null {
  const shim = shimOf(run);
  const entry = shim !== null && belongsTo(run, shim) ? findProcess(shim) : null;
  if (entry === null) return null;
  return Math.max(0, Date.now() - startOfTicks() - entry.startTicks * MS_PER_TICK);
}

/** The process id of the shell around the run, which is also the session of what it started. */
export function shimOf(run: Run): number | null {
  return readNumber(filesOf(run).shim);
}

/** Null while the file is missing or its line is not complete. */
function readNumber(file: string): number | null {
  const text = readIfFile(file) ?? '';
  return /^\d+\n$/.test(text) ? Number(text) : null;
}
