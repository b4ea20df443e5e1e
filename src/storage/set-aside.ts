import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from './replace-file.ts';

/** A file that could not be understood. Nothing of it is lost: it lies at `keptAs`. */
export interface Damage {
  file: string;
  keptAs: string;
  reason: string;
}

export type OnDamage = (damage: Damage) => void;

/** Renames a damaged file to `<name>.corrupt-<time>` beside it. */
export async function setAside(
  file: string,
  { reason, now }: { reason: string; now: Date },
): Promise<Damage> {
  const keptAs = `${file}.corrupt-${now.toISOString().replaceAll(':', '-')}`;
  await rename(file, keptAs);
  await syncFolder(dirname(file));
  return { file, keptAs, reason };
}
