import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** More files are not looked at. */
const FILES_MAX = 5_000;

/** Another one when a file in these places appears, goes or changes. */
export async function stampOf(places: readonly string[]): Promise<string> {
  const found = await Promise.all(places.map(filesIn));
  const files = found.flat().slice(0, FILES_MAX);
  const stamps = await Promise.all(files.map(stampOfFile));
  return createHash('sha256').update(stamps.join('\n')).digest('hex').slice(0, 16);
}

/** The place itself, and all below it. */
async function filesIn(place: string): Promise<string[]> {
  const names = await readdir(place, { recursive: true }).catch((): string[] => []);
  return [place, ...names.toSorted().map((name) => join(place, name))];
}

async function stampOfFile(file: string): Promise<string> {
  const found = await stat(file).catch(() => null);
  return found === null ? `${file} -` : `${file} ${found.size} ${found.mtimeMs}`;
}
