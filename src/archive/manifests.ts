import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import { ManifestSchema, type Manifest } from './manifest.ts';
import { ObjectStoreError, type ObjectStore } from './object-store.ts';

const MANIFESTS = 'manifests/';

const EPOCH_DIGITS = 10;

export function manifestKey(epoch: number): string {
  return `${MANIFESTS}${String(epoch).padStart(EPOCH_DIGITS, '0')}.json`;
}

/** The epochs of all that are there, in order. */
export async function listEpochs(store: ObjectStore): Promise<number[]> {
  const keys = await store.list(MANIFESTS);
  return keys.flatMap((key) => Number(/(\d+)\.json$/.exec(key)?.[1] ?? []));
}

/**
 * The manifest that counts: the one of the highest epoch. Null when there is none.
 * @throws {ObjectStoreError} also for one that is damaged, or of a later engine.
 */
export async function readManifest(store: ObjectStore): Promise<Manifest | null> {
  const epoch = (await listEpochs(store)).at(-1);
  if (epoch === undefined) return null;
  const json = parseJson((await store.get(manifestKey(epoch)))?.toString('utf8') ?? '');
  const parsed = ManifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { data: later } = z.object({ version: z.number().gt(1) }).safeParse(json);
  const name = `The manifest ${manifestKey(epoch)} of the archive`;
  throw later === undefined
    ? new ObjectStoreError(`${name} is damaged or gone.`, 'Damaged')
    : new ObjectStoreError(
        `${name} was written by a later engine (version ${later.version}): start such a one.`,
      );
}

/** The archive as it is now, under this epoch: whoever archives under an older one does no more, also where only the archive is reached. */
export async function takeOver(store: ObjectStore, epoch: number): Promise<Manifest | null> {
  const manifest = await readManifest(store);
  if (manifest === null || manifest.epoch >= epoch) return manifest;
  const own = { ...manifest, epoch };
  await putManifest(store, own);
  return own;
}

export function putManifest(store: ObjectStore, manifest: Manifest): Promise<void> {
  return store.put(manifestKey(manifest.epoch), Buffer.from(JSON.stringify(manifest)));
}
