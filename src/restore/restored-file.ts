import { z } from 'zod';
import { ArchivedRepositorySchema } from '../archive/manifest.ts';
import type { EngineStorage } from '../storage/atomic-files.ts';
import { readJson } from '../storage/json-file.ts';
import type { OnDamage } from '../storage/set-aside.ts';

export const RESTORED_KEY = 'engine:restored.json';

/** `~/.replicas/engine/restored.json`: the home was restored, and the engine has not yet gone on from there. */
const RestoredFileSchema = z.looseObject({
  version: z.literal(1),
  restoredAt: z.iso.datetime(),
  /** Under which epoch of the shared log; 0 without one. */
  epoch: z.number().int().nonnegative(),
  /** What is still to be put into place. */
  repositories: z.array(ArchivedRepositorySchema),
  /** What could not be brought here. */
  missing: z.array(z.object({ message: z.string(), context: z.record(z.string(), z.unknown()) })),
});

export type RestoredFile = z.infer<typeof RestoredFileSchema>;

/** Null for a home in which an engine goes on as it was. */
export function readRestored(store: EngineStorage, onDamage: OnDamage): Promise<RestoredFile | null> {
  return readJson(store, { key: RESTORED_KEY, schema: RestoredFileSchema, onDamage });
}

/** From here on the home is one like any other. */
export function forgetRestored({ files }: EngineStorage): Promise<void> {
  return files.remove(RESTORED_KEY);
}
