import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readIfFile } from '../storage/read-if-file.ts';
import { setAside, type OnDamage } from '../storage/set-aside.ts';
import { shimOf } from './identify.ts';
import { createRun, filesOf, runsIn, type Run } from './run.ts';
import { killEverything } from './terminate.ts';

/** A shell that is just starting has made its file, and not written into it yet. */
const STARTING_MS = 100;

/**
 * Ends the runs of which the folder cannot be trusted, and sets the folder aside: what follows a run opens these files,
 * and waits for ever where one is a pipe. To whoever knows such a run it is then gone.
 */
export async function retireDamagedRuns(runsFolder: string, onDamage: OnDamage): Promise<void> {
  for (const run of runsIn(runsFolder)) {
    const reason = await damageOf(run);
    if (reason === null) continue;
    await killEverything(run);
    onDamage(await setAside(run.folder, reason));
  }
}

async function damageOf(run: Run): Promise<string | null> {
  const entries = await readdir(run.folder, { withFileTypes: true }).catch(() => null);
  if (entries === null) return 'Its folder cannot be read.';
  const files = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  const odd = entries.find(({ name }) => PARTS.has(name) && !files.has(name));
  if (odd !== undefined) return `"${odd.name}" in it is no file.`;
  const missing = missingOf(files);
  if (missing !== undefined) return `"${missing}" is missing in it.`;
  return files.has('shim') && !(await isShimWritten(run)) ? '"shim" in it names no process.' : null;
}

/** Whatever a run is told by, and whatever of it is read. */
const PARTS: ReadonlySet<string> = new Set([
  ...Object.keys(filesOf(createRun('', ''))),
  'results',
  'timeout',
]);

/** The shell writes down the process's id when it has made all the others. */
function missingOf(files: ReadonlySet<string>): string | undefined {
  const hasRun = files.has('pid') || files.has('exit');
  return hasRun ? ['shim', 'stdin', 'stdout'].find((name) => !files.has(name)) : undefined;
}

async function isShimWritten(run: Run): Promise<boolean> {
  if (shimOf(run) !== null) return true;
  await delay(STARTING_MS);
  return shimOf(run) !== null || readIfFile(join(run.folder, 'shim')) === null;
}
