import { join } from 'node:path';
import type { Paths } from '../environment/paths.ts';

/** Where a plan of this name is kept: `GET /plans` finds it there. */
export function planPath({ plans }: Pick<Paths, 'plans'>, file: string): string {
  const place = plans.find(({ source }) => source === 'replicas');
  if (place === undefined) throw new Error('There is no folder for plans.');
  return join(place.folder, file);
}
