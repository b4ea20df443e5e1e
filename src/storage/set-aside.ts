import { link, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { syncFolder } from './replace-file.ts';

/** A file that could not be understood. Nothing of it is lost: it lies at `keptAs`; null when there is nothing to keep. */
export interface Damage {
  file: string;
  keptAs: string | null;
  reason: string;
}

/** A damage of which the file is kept. */
export type Kept = Damage & { keptAs: string };

export type OnDamage = (damage: Damage) => void;

const MARK = '.corrupt-';

/** Whether this is the name of something that was set aside. Nothing of the kind is ever removed. */
export function isSetAside(name: string): boolean {
  return basename(name).includes(MARK);
}

/** Renames a damaged file to `<name>.corrupt-<time>` beside it. */
export async function setAside(file: string, reason: string): Promise<Kept> {
  const keptAs = nameOf(file);
  await rename(file, keptAs);
  await syncFolder(dirname(file));
  return { file, keptAs, reason };
}

/**
 * Gives a damaged file that is about to be replaced the name that `setAside` would; it stays until then. `as` is the name
 * that it had when the damage was found.
 */
export async function keepAside(file: string, as = file): Promise<string> {
  const keptAs = nameOf(as);
  await link(file, keptAs);
  return keptAs;
}

function nameOf(file: string): string {
  return `${file}${MARK}${new Date().toISOString().replaceAll(':', '-')}`;
}
