import { readdirSync, readlinkSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { identify } from '../processes/identify.ts';
import { createRun } from '../processes/run.ts';
import { endFamily } from '../processes/terminate.ts';
import { isSetAside } from '../storage/set-aside.ts';
import { attempt } from '../storage/attempt.ts';

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

/** Files below `folder` that some process of this machine has open, as far as we may know. */
function heldFiles(folder: string): Set<string> {
  const held = new Set<string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const descriptors = `/proc/${pid}/fd`;
    for (const name of attempt(() => readdirSync(descriptors), [])) {
      const target = attempt(() => readlinkSync(`${descriptors}/${name}`), '');
      if (target.startsWith(`${folder}/`)) held.add(target);
    }
  }
  return held;
}
