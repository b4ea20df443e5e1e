import { setTimeout as delay } from 'node:timers/promises';
import { identify, shimOf } from '../../processes/identify.ts';
import { MS_PER_TICK, processesOf, startOfTicks } from '../../processes/process-table.ts';
import type { Run } from '../../processes/run.ts';
import type { Reach } from '../../processes/terminate.ts';

/** Clocks and ticks agree to about this. */
const TOLERANCE_MS = 2 * MS_PER_TICK;
const ROUND_MS = 10;
const ROUNDS = 100;

/**
 * Kills what the agent started since its earliest open tool was opened: nobody knows how an agent runs its tools, but
 * what starts while one is open belongs to it. What an earlier tool left running on purpose stays.
 */
export async function killTools(run: Run, { toolsOpenedSince: since }: Reach): Promise<void> {
  if (since === null) return;
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = toolProcesses(run, since);
    if (found.length === 0) return;
    for (const pid of found) kill(pid);
    await delay(ROUND_MS);
  }
}

function toolProcesses(run: Run, since: number): number[] {
  const status = identify(run);
  const agent = status.state === 'running' ? status.pid : null;
  const shim = shimOf(run);
  const ticks = (since - TOLERANCE_MS - startOfTicks()) / MS_PER_TICK;
  return processesOf(run)
    .filter(
      ({ pid, parent, startTicks }) => startTicks >= ticks && ![agent, shim].includes(pid) && parent !== shim,
    )
    .map(({ pid }) => pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between being found and being killed.
  }
}
