import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';

export interface RunningProcess {
  readonly pid: number;
  /** Who started it, who started that one, and so on. */
  readonly ancestors: readonly number[];
  /** Its command line, or its name in brackets when it has none. */
  readonly command: string;
  /** Its environment, command line and working folder: who lost its parents still names its home there. */
  readonly traces: string;
}

/** Everything alive on this machine but this process; what only waits to be collected is not alive. */
export function runningProcesses(): RunningProcess[] {
  const entries = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readEntry(Number(name)) : []));
  const parents = new Map(entries.map(({ pid, parent }) => [pid, parent]));
  return entries
    .filter(({ pid }) => pid !== process.pid)
    .map(({ pid, command, traces }) => ({ pid, ancestors: ancestorsOf(parents, pid), command, traces }));
}

/** Those that know this folder. */
export function processesNaming(folder: string): RunningProcess[] {
  return runningProcesses().filter(({ traces }) => traces.includes(folder));
}

/** How long what was ended may take to be gone, in milliseconds. */
const patience = () => Number(process.env['LEFTOVERS_PATIENCE_MS'] ?? 60_000);

/** Waits until none of them runs any more. Fails with number and command line of each that does, and ends them. */
export async function expectNoneLeft(where: string, find: () => RunningProcess[]): Promise<void> {
  const left = () => find().map(({ pid, command }) => `${pid} ${command}`);
  const message = `what ${where} left running`;
  try {
    await vi.waitFor(() => expect(left(), message).toEqual([]), { timeout: patience(), interval: 50 });
  } finally {
    await endProcesses(find);
  }
}

/** Kills them until none is left. */
export async function endProcesses(find: () => RunningProcess[]): Promise<void> {
  for (let left = find(); left.length > 0; left = find()) {
    killAll(left);
    await delay(20);
  }
}

export function killAll(processes: readonly { pid: number }[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended between being found and being killed.
    }
  }
}

function ancestorsOf(parents: ReadonlyMap<number, number>, pid: number): number[] {
  const parent = parents.get(pid);
  return parent === undefined ? [] : [parent, ...ancestorsOf(parents, parent)];
}

function readEntry(pid: number) {
  const stat = read(pid, 'stat');
  const nameEnd = stat.lastIndexOf(')');
  const [state, parent] = stat.slice(nameEnd + 2).split(' ');
  if (nameEnd < 0 || state === 'Z' || state === 'X') return [];
  const line = read(pid, 'cmdline').replaceAll('\0', ' ').trim();
  const command = line === '' ? `[${stat.slice(stat.indexOf('(') + 1, nameEnd)}]` : line;
  const traces = [read(pid, 'environ'), line, folderOf(pid)].join('\0');
  return [{ pid, parent: Number(parent), command, traces }];
}

function read(pid: number, file: 'stat' | 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return ''; // it ended, or is somebody else's
  }
}

function folderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
