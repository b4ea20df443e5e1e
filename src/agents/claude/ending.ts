import { setTimeout as delay } from 'node:timers/promises';
import { kill, terminate } from '../../process/terminate.ts';
import type { ClaudeProcess } from './claude-process.ts';
import { toolsOpenedSince } from '../interruption.ts';
import { endSessionLine } from './lines.ts';

const ASKED_MS = 5_000;
const TERMINATED_MS = 3_000;
const KILLED_MS = 5_000;

/** Ends a process that rests: asks, terminates, kills. Rejects when it is still there after all of that. */
export async function endProcess(process: ClaudeProcess): Promise<void> {
  const { run } = process;
  process.isLeaving = true;
  process.releaseInput();
  process.write(endSessionLine(`${run.id}-end`)).catch(() => {}); // the next rung needs no input
  if (await endsWithin(process, ASKED_MS)) return;
  await cutShort(process);
}

/** Ends a process whatever it does: terminates, kills. Rejects when it is still there after that. */
export async function cutShort(process: ClaudeProcess): Promise<void> {
  const { run } = process;
  process.isLeaving = true;
  process.releaseInput();
  terminate(run, { toolsOpenedSince: toolsOpenedSince(process.state) });
  if (await endsWithin(process, TERMINATED_MS)) return;
  await kill(run, { toolsOpenedSince: toolsOpenedSince(process.state) });
  if (!(await endsWithin(process, KILLED_MS))) throw new Error('The agent process cannot be ended.');
}

/** True when the process is gone, and its end was dealt with, in time. */
export async function endsWithin(process: ClaudeProcess, milliseconds: number): Promise<boolean> {
  const limit = new AbortController();
  const late = delay(milliseconds, false, { signal: limit.signal, ref: false }).catch(() => false);
  const inTime = await Promise.race([process.ended.then(() => true), late]);
  limit.abort();
  return inTime;
}
