import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { heldFiles } from '../process/held-files.ts';
import { identify } from '../process/identify.ts';
import { createRun } from '../process/run.ts';
import { endFamily } from '../process/terminate.ts';
import { isSetAside } from '../storage/set-aside.ts';

/**
 * Removes the folders of all processes but these. What an ended process left running on purpose stays, and so does the folder
 * it prints into: once removed, the file would grow where nobody could cut it.
 */
export async function clearProcesses(folder: string, known: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  const runs = entries.filter((entry) => entry.isDirectory() && !isSetAside(entry.name));
  for (const { name } of runs.filter((entry) => !known.has(entry.name))) {
    const run = createRun(folder, name);
    if (identify(run).state === 'running') await endFamily(run, { graceMs: 0 });
    if (heldFiles(run.folder).size > 0) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
