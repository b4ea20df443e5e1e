import { rename, rm } from 'node:fs/promises';
import { codeOf } from '../storage/attempt.ts';
import { fence, identify } from './identify.ts';
import { shellsIn } from './process-table.ts';
import { createRun, runsIn, type Run } from './run.ts';
import { killEverything, killRemains } from './terminate.ts';

/**
 * Clears a folder of runs at boot. A run that nobody knows is killed, with all it started if it still lived, and its
 * folder removed; so is one that lives on without its folder. Of a known one whose process is gone, what is left of the
 * shell around it is killed. Returns the runs that were removed.
 */
export async function sweep(runsFolder: string, knownRunIds: ReadonlySet<string>): Promise<string[]> {
  const runs = runsIn(runsFolder);
  const unknown = runs.filter(({ id }) => !knownRunIds.has(id));
  const known = runs.filter(({ id }) => knownRunIds.has(id));
  for (const shell of shellsIn(runsFolder))
    if (!runs.some(({ id }) => id === shell)) await killEverything(createRun(runsFolder, shell));
  for (const run of known) if (identify(run).state === 'ended') await killRemains(run);
  for (const run of unknown) await discard(run);
  return unknown.map(({ id }) => id);
}

/** Ends whatever the run still is and removes its folder. What an ended process left running on purpose stays. */
export async function discard(run: Run): Promise<void> {
  const { state } = identify(run);
  if (state === 'unstarted' && (await fence(run))) return;
  if (state === 'running' || state === 'unstarted') await killEverything(run);
  await clear(run);
}

/** Removes the folder of a run that is over: at once, so that nobody who is killed on the way leaves half of one. */
export async function clear(run: Run): Promise<void> {
  await killRemains(run);
  const cleared = `${run.folder}.cleared`;
  await rename(run.folder, cleared).catch(acceptMissing);
  await rm(cleared, { recursive: true, force: true });
}

function acceptMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
