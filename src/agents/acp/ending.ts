import { kill, terminate } from '../../process/terminate.ts';
import { isWithin } from '../within.ts';
import type { AcpProcess } from './acp-process.ts';

const TERMINATED_MS = 3_000;
const KILLED_MS = 5_000;

/** Ends a process that rests: terminates, kills. Rejects when it is still there after all of that. */
export async function endProcess(process: AcpProcess): Promise<void> {
  const { run } = process;
  process.isLeaving = true;
  process.release();
  terminate(run, { toolsOpenedSince: null });
  if (await isWithin(process.ended, TERMINATED_MS)) return;
  await kill(run, { toolsOpenedSince: null });
  if (!(await isWithin(process.ended, KILLED_MS))) throw new Error('The agent process cannot be ended.');
}
