import { join } from 'node:path';
import type { Paths } from '../environment/paths.ts';
import { replaceFile } from '../storage/replace-file.ts';

/** Writes a plan as a whole to where `GET /plans` finds it. */
export async function keepPlan(
  paths: Pick<Paths, 'plans'>,
  { file, text }: { file: string; text: string },
): Promise<void> {
  await replaceFile(planPath(paths, file), text);
}

/** Where a plan of this name is kept. */
export function planPath({ plans }: Pick<Paths, 'plans'>, file: string): string {
  const place = plans.find(({ source }) => source === 'replicas');
  if (place === undefined) throw new Error('There is no folder for plans.');
  return join(place.folder, file);
}
