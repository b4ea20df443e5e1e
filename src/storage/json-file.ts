import type { Storage } from 'unstorage';
import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import type { EngineStorage } from './atomic-files.ts';
import { checksum } from './checksum.ts';
import { setAside, type OnDamage } from './set-aside.ts';

export interface ReadJsonOptions<Schema extends z.ZodType> {
  key: string;
  schema: Schema;
  onDamage: OnDamage;
}

/**
 * Reads a JSON file; null when there is none. A file that is not as it was written is set aside under a name of its own,
 * reported, and counts as missing. Throws when the disk cannot be read.
 */
export async function readJson<Schema extends z.ZodType>(
  { storage, files }: EngineStorage,
  { key, schema, onDamage }: ReadJsonOptions<Schema>,
): Promise<z.output<Schema> | null> {
  const content = await storage.getItemRaw<Buffer>(key);
  if (content === null) return null;
  const parsed = schema.safeParse(unsealed(parseJson(content.toString('utf8'))));
  if (parsed.success) return parsed.data;
  onDamage(await setAside(files.pathOf(key), z.prettifyError(parsed.error)));
  return null;
}

/** Replaces a JSON file as a whole. `value` has a key at least, and is put into words once: it may be of megabytes. */
export function writeJson(storage: Storage, { key, value }: { key: string; value: object }): Promise<void> {
  const text = JSON.stringify(value);
  return storage.setItemRaw(key, `${text.slice(0, -1)},"sum":"${checksum(text)}"}\n`);
}

/** Without its checksum; undefined, which no schema of a file accepts, when that says something else. */
function unsealed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('sum' in value)) return value;
  const { sum, ...rest } = value;
  return checksum(JSON.stringify(rest)) === sum ? rest : undefined;
}
