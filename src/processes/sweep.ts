import { readdir, rm } from 'node:fs/promises';
import { isSetAside } from '../storage/set-aside.ts';
import { fence, identify } from './identify.ts';
import { shellsIn } from './process-table.ts';
import { createRun, type Run } from './run.ts';
import { killEverything, killRemains } from './terminate.ts';

/**
 * Clears a folder of runs at boot. A run that nobody knows is killed, with all it started if it still lived, and its
 * folder removed; so is one that lives on without its folder. Of a known one whose process is gone, what is left of the
 * shell around it is killed. Returns the runs that were removed.
 */
export async function sweep(runsFolder: string, knownRunIds: ReadonlySet<string>): Promise<string[]> {
  const ids = await listFolders(runsFolder);
  const unknown = ids.filter((id) => !knownRunIds.has(id)).map((id) => createRun(runsFolder, id));
  const known = ids.filter((id) => knownRunIds.has(id)).map((id) => createRun(runsFolder, id));
  for (const id of shellsIn(runsFolder))
    if (!ids.includes(id)) await killEverything(createRun(runsFolder, id));
  for (const run of known) if (identify(run).state === 'ended') await killRemains(run);
  for (const run of unknown) await discard(run);
  return unknown.map(({ id }) => id);
}

/** Ends whatever the run still is and removes its folder. What an ended process left running on purpose stays. */
export async function discard(run: Run): Promise<void> {
  const { state } = identify(run);
  if (state === 'unstarted' && (await fence(run))) return;
  if (isAliveIn(state)) await killEverything(run);
  await clear(run);
}

/** Removes the folder of a run that is over. */
export async function clear(run: Run): Promise<void> {
  await killRemains(run);
  await rm(run.folder, { recursive: true, force: true });
}

function isAliveIn(state: ReturnType<typeof identify>['state']): boolean {
  return state === 'running' || state === 'unstarted';
}

async function listFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !isSetAside(entry.name)).map(({ name }) => name);
}
