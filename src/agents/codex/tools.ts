import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MS_PER_TICK, processesOf, startOfTicks } from '../../process/process-table.ts';
import type { Run } from '../../process/run.ts';
import { CHAT_MARKER } from './command.ts';

export interface ToolReach {
  chatId: string;
  /** Clock time in milliseconds at which the earliest open tool was opened; null when none is open. */
  since: number | null;
}

/** Clocks and ticks agree to about this. */
const TOLERANCE_MS = 2 * MS_PER_TICK;
const ROUND_MS = 10;
const ROUNDS = 100;

/**
 * Kills what the open tools of one chat run. What an earlier tool left running on purpose stays, and so do the tools of
 * the other chats that share the server.
 */
export async function killTools(run: Run, reach: ToolReach): Promise<void> {
  if (reach.since === null) return;
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = toolProcesses(run, reach);
    if (found.length === 0) return;
    for (const pid of found) kill(pid);
    await delay(ROUND_MS);
  }
}

function toolProcesses(run: Run, { chatId, since }: ToolReach): number[] {
  const ticks = ((since ?? 0) - TOLERANCE_MS - startOfTicks()) / MS_PER_TICK;
  return processesOf(run)
    .filter(({ pid, startTicks }) => startTicks >= ticks && isOfChat(pid, chatId))
    .map(({ pid }) => pid);
}

function isOfChat(pid: number, chatId: string): boolean {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return variables.includes(`${CHAT_MARKER}=${chatId}`);
  } catch {
    return false; // it is gone
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between being found and being killed.
  }
}
