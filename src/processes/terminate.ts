import { setTimeout as delay } from 'node:timers/promises';
import { identify, shimOf } from './identify.ts';
import {
  MS_PER_TICK,
  familyOf,
  processesOf,
  sessionOf,
  startOfTicks,
  variablesOf,
  type ProcessEntry,
} from './process-table.ts';
import type { Run } from './run.ts';
import { straysOf } from './strays.ts';

export interface Reach {
  /**
   * Clock time in milliseconds at which the earliest open tool was opened; null when none is open. What the run started
   * since then belongs to the tool; what it started before was left running on purpose.
   */
  toolsOpenedSince: number | null;
}

/** Clocks and ticks agree to about this. */
const TOLERANCE_MS = 2 * MS_PER_TICK;
const ROUND_MS = 10;
const LOOK_MS = 50;
const ROUNDS = 100;

/** Asks the process, and what its open tools run, to end. Returns at once. */
export function terminate(run: Run, reach: Reach): void {
  for (const { pid } of [...ofAgent(run), ...ofTools(run, reach)]) signal(pid, 'SIGTERM');
}

/**
 * Kills the process, what else is in its session, and what its open tools run, until nothing of it is left. The shell
 * around it stays to write down the exit code.
 */
export async function kill(run: Run, reach: Reach): Promise<void> {
  await killAll(() => [...ofAgent(run), ...ofTools(run, reach)]);
}

/** Kills what open tools left behind, and nothing of the process itself. */
export async function killTools(run: Run, reach: Reach): Promise<void> {
  if (reach.toolsOpenedSince === null) return;
  await killAll(() => ofTools(run, reach));
}

/** Kills everything that belongs to the run. */
export async function killEverything(run: Run): Promise<void> {
  const shell = shimOf(run);
  await killAll(() => familyOf(run, shell));
}

/**
 * Ends the run as a whole, tools, services and all: asks everything to end, kills what is left after `graceMs`, and then
 * whatever comes, until nothing is left. The shell around the process may still write down how that ended.
 */
export async function endFamily(run: Run, { graceMs }: { graceMs: number }): Promise<void> {
  const shell = shimOf(run);
  for (const { pid } of familyOf(run, shell)) if (pid !== shell) signal(pid, 'SIGTERM');
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline && familyOf(run, shell).length > 0) await delay(LOOK_MS);
  await killAll(() => familyOf(run, shell));
}

/**
 * Kills what a process that is gone left behind, but for what its tools detached on purpose. Of a run that lost its folder
 * nobody can tell these apart, nor whether it is gone.
 */
export async function killRemains(run: Run): Promise<void> {
  const shim = shimOf(run);
  if (shim === null) return killEverything(run);
  const isStray = straysOf(run);
  const strays = () => processesOf(run).filter(({ pid }) => isStray(variablesOf(pid)));
  await killAll(() => [...sessionOf(run, shim), ...strays()]);
}

/** Tells whether something that the process detached lives on. */
export function hasDetached(run: Run): boolean {
  const shim = shimOf(run);
  return processesOf(run).some(({ session }) => session !== shim);
}

/** What shares the session of the shell, without the shell and its other helper. */
function ofAgent(run: Run): ProcessEntry[] {
  const shim = shimOf(run);
  const status = identify(run);
  const agent = status.state === 'running' ? status.pid : null;
  return processesOf(run).filter(
    ({ pid, parent, session }) => session === shim && pid !== shim && (pid === agent || parent !== shim),
  );
}

function ofTools(run: Run, { toolsOpenedSince }: Reach): ProcessEntry[] {
  if (toolsOpenedSince === null) return [];
  const shim = shimOf(run);
  const since = ticksBefore(toolsOpenedSince);
  const entries = processesOf(run).filter(({ session }) => session !== shim);
  const left = new Set(entries.flatMap(({ pid, startTicks }) => (startTicks < since ? [pid] : [])));
  return entries.filter(({ pid, parent }) => !left.has(pid) && !descendsOf(left, parent, entries));
}

/** In the clock of processes, and sooner by as much as clocks and ticks may disagree. */
export function ticksBefore(time: number): number {
  return (time - TOLERANCE_MS - startOfTicks()) / MS_PER_TICK;
}

/** What was left running on purpose goes on starting processes of its own. */
function descendsOf(left: ReadonlySet<number>, parent: number, entries: readonly ProcessEntry[]): boolean {
  if (left.has(parent)) return true;
  const entry = entries.find(({ pid }) => pid === parent);
  return entry !== undefined && descendsOf(left, entry.parent, entries);
}

/** Kills what is found until nothing is. */
export async function killAll(find: () => ProcessEntry[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = find();
    if (found.length === 0) return;
    for (const { pid } of found) signal(pid, 'SIGKILL');
    await delay(ROUND_MS);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended between being found and being told.
  }
}
