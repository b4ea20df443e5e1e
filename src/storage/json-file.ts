import type { Storage } from 'unstorage';
import { z } from 'zod';
import type { EngineStorage } from './atomic-files.ts';
import { setAside, type OnDamage } from './set-aside.ts';

export interface ReadJsonOptions<Schema extends z.ZodType> {
  key: string;
  schema: Schema;
  onDamage: OnDamage;
  now?: () => Date;
}

/**
 * Reads a JSON file; null when there is none. A file that does not parse is set aside under a name of its own,
 * reported, and counts as missing. Throws when the disk cannot be read.
 */
export async function readJson<Schema extends z.ZodType>(
  { storage, files }: EngineStorage,
  { key, schema, onDamage, now = () => new Date() }: ReadJsonOptions<Schema>,
): Promise<z.output<Schema> | null> {
  const content = await storage.getItemRaw<Buffer>(key);
  if (content === null) return null;
  const parsed = schema.safeParse(parseJson(content));
  if (parsed.success) return parsed.data;
  const reason = z.prettifyError(parsed.error);
  onDamage(await setAside(files.pathOf(key), { reason, now: now() }));
  return null;
}

/** Replaces a JSON file as a whole. */
export function writeJson(storage: Storage, { key, value }: { key: string; value: unknown }): Promise<void> {
  return storage.setItemRaw(key, `${JSON.stringify(value, null, 2)}\n`);
}

/** Undefined, which no schema of a file accepts, when the text is not JSON. */
function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}
