import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { RUN_MARKER, type Run } from './run.ts';
import { attempt } from '../storage/attempt.ts';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Clock ticks between the start of the machine and the start of the process. */
  readonly startTicks: number;
}

/** Linux reports times in `/proc` in this unit on every architecture Node.js runs on. */
export const MS_PER_TICK = 10;

/** The process, or null when it is gone; one that only waits to be collected is gone. */
export function findProcess(pid: number): ProcessEntry | null {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state, parent, , session] = fields;
  if (state === undefined || state === 'Z' || state === 'X') return null;
  return { pid, parent: Number(parent), session: Number(session), startTicks: Number(fields[19]) };
}

/** True while `pid` lives and belongs to the run; a process that got the same number later does not. */
export function belongsTo(run: Run, pid: number): boolean {
  return markerOf(pid) === run.id && findProcess(pid) !== null;
}

/** Everything that the run started and that still lives, by one look at `/proc`. */
export function processesOf(run: Run): ProcessEntry[] {
  return allProcessIds()
    .filter((pid) => markerOf(pid) === run.id)
    .flatMap((pid) => findProcess(pid) ?? []);
}

/**
 * Everything that belongs to the run whatever it did to its environment: what carries the marker, what is in the session
 * of `shell` and what descends of either.
 */
export function familyOf(run: Run, shell: number | null): ProcessEntry[] {
  const marked = new Set(allProcessIds().filter((pid) => markerOf(pid) === run.id));
  const isOfShell = shell !== null && belongsTo(run, shell);
  if (marked.size === 0 && !isOfShell) return [];
  const all = allProcesses();
  const isOurs = ({ pid, session }: ProcessEntry) => marked.has(pid) || (isOfShell && session === shell);
  const family = new Map(all.filter(isOurs).map((entry) => [entry.pid, entry]));
  for (let size = -1; size !== family.size;) {
    size = family.size;
    for (const entry of all) if (family.has(entry.parent)) family.set(entry.pid, entry);
  }
  return [...family.values()];
}

/**
 * What is in the session of a run's shell, also where an agent keeps the environment from what it starts: such a process
 * has at least its home. The shell may be gone, and its number be that of another session by now.
 */
export function sessionOf(run: Run, shell: number | null): ProcessEntry[] {
  if (shell === null) return [];
  const isTaken = findProcess(shell) !== null && !belongsTo(run, shell);
  const isOurs = ({ pid, session }: ProcessEntry) =>
    session === shell && (markerOf(pid) === run.id || (!isTaken && isAtHome(run, pid)));
  return allProcesses().filter(isOurs);
}

function isAtHome({ folder }: Run, pid: number): boolean {
  const variables = variablesOf(pid);
  const home = variables.find((variable) => variable.startsWith('HOME='))?.slice('HOME='.length);
  const isMarked = variables.some((variable) => variable.startsWith(`${RUN_MARKER}=`));
  return home !== undefined && home.length > 1 && !isMarked && folder.startsWith(`${home}/`);
}

/** The ids of the runs below this folder around which a shell lives, whether or not their own folders are there. */
export function shellsIn(runsFolder: string): string[] {
  return allProcessIds().flatMap((pid) => {
    const [, , , name, folder = ''] = read(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
    return name === 'sh' && dirname(folder) === runsFolder ? basename(folder) : [];
  });
}

/** The environment that a process was started with; none of one that is gone. */
export function variablesOf(pid: number): string[] {
  return read(`/proc/${pid}/environ`)?.split('\0') ?? [];
}

/** The clock time in milliseconds at which this machine's tick counter stood at zero, to about 20 ms. */
export function startOfTicks(): number {
  const [uptimeSeconds] = (read('/proc/uptime') ?? '').split(' ');
  return Date.now() - Number(uptimeSeconds) * 1000;
}

function markerOf(pid: number): string | undefined {
  const prefix = `${RUN_MARKER}=`;
  return variablesOf(pid)
    .find((entry) => entry.startsWith(prefix))
    ?.slice(prefix.length);
}

/** What a process has open; nothing of one that has ended, or belongs to another user. */
export function openFilesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return attempt(() => readdirSync(folder), []).map((name) =>
    attempt(() => readlinkSync(`${folder}/${name}`), ''),
  );
}

export function allProcessIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function allProcesses(): ProcessEntry[] {
  return allProcessIds().flatMap((pid) => findProcess(pid) ?? []);
}

/** Null when the process is gone or belongs to somebody else. */
function read(file: string): string | null {
  return attempt(() => readFileSync(file, 'latin1'), null);
}
