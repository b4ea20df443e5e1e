import { crc32 } from 'node:zlib';
import type { Storage } from 'unstorage';
import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import type { EngineStorage } from './atomic-files.ts';
import { checksum, toText } from './checksum.ts';
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

/** Longer texts go to the file piece by piece: each is garbage at once, where a whole one would be three times in memory. */
const PIECE_CHARACTERS = 64 << 10;

/** Replaces a JSON file as a whole. `value` has a key at least, and does not change meanwhile. */
export function writeJson(storage: Storage, { key, value }: { key: string; value: object }): Promise<void> {
  return storage.setItemRaw(key, sealed(value));
}

function* sealed(value: object): Generator<string> {
  let sum = 0;
  for (const piece of gathered(partsOf(value))) {
    sum = crc32(piece, sum);
    yield piece;
  }
  yield `,"sum":"${toText(crc32('}', sum))}"}\n`;
}

function* gathered(parts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const part of parts) {
    piece += part;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** What `JSON.stringify` says, without the last brace. */
function* partsOf(value: object): Generator<string> {
  let before = '{';
  for (const [name, held] of Object.entries(value)) {
    if (held === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    yield* Array.isArray(held) ? partsOfList(held) : [JSON.stringify(held)];
    before = ',';
  }
}

function* partsOfList(list: readonly unknown[]): Generator<string> {
  let before = '[';
  for (const item of list) {
    yield `${before}${JSON.stringify(item)}`;
    before = ',';
  }
  yield list.length === 0 ? '[]' : ']';
}

/** Without its checksum; undefined, which no schema of a file accepts, when that says something else. */
function unsealed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('sum' in value)) return value;
  const { sum, ...rest } = value;
  return checksum(JSON.stringify(rest)) === sum ? rest : undefined;
}
