import { setTimeout as delay } from 'node:timers/promises';
import { launch, type LaunchOptions } from '../processes/launch.ts';
import type { Run } from '../processes/run.ts';
import { discard } from '../processes/sweep.ts';

const FULL_DISK_RETRY_MS = 250;

/** Launches a run. On a full disk it waits for room; rejects when it cannot be launched for another reason. */
export async function startRun(run: Run, options: LaunchOptions, signal?: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await launch(run, options);
    } catch (error) {
      if (!isFullDisk(error)) throw error;
      await discard(run);
      await delay(FULL_DISK_RETRY_MS, undefined, { signal });
    }
  }
}

function isFullDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
