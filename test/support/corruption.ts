import { execFile } from 'node:child_process';
import { chmod, lstat, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { intrude } from './damage.ts';
import { pick } from './random.ts';

/** Something that happens to one file, with numbers that look random to decide where. */
type Corrupt = (path: string, random: () => number) => Promise<void>;

const CORRUPTIONS: Record<string, Corrupt> = {
  'cut anywhere': (path, random) => change(path, (bytes) => bytes.subarray(0, at(bytes, random()))),
  'cut behind a line': (path, random) => change(path, (bytes) => bytes.subarray(0, lineAt(bytes, random()))),
  'without its beginning': (path, random) => change(path, (bytes) => bytes.subarray(at(bytes, random()))),
  'without lines': (path, random) =>
    change(path, (bytes) => without(bytes, [lineAt(bytes, random()), lineAt(bytes, random())])),
  'a flipped bit': (path, random) => change(path, (bytes) => flip(bytes, at(bytes, random()))),
  'a flipped bit at its beginning': (path, random) =>
    change(path, (bytes) => flip(bytes, Math.floor(random() * 40))),
  'zeros at its beginning': (path, random) => change(path, (bytes) => zeros(bytes, 0, random())),
  'zeros anywhere': (path, random) => change(path, (bytes) => zeros(bytes, at(bytes, random()), random())),
  'zeros at its end': (path, random) =>
    change(path, (bytes) => Buffer.concat([bytes, Buffer.alloc(1 + 999 * random())])),
  'only zeros': (path) => change(path, (bytes) => Buffer.alloc(bytes.length)),
  'a lost newline': (path, random) => change(path, (bytes) => loseNewline(bytes, lineAt(bytes, random()))),
  'garbage at its end': (path) => change(path, (bytes) => Buffer.concat([bytes, Buffer.from('garbage\n')])),
  emptied: (path) => writeFile(path, ''),
  gone: (path) => rm(path),
  unreadable: (path) => chmod(path, 0),
  'a folder': (path) => intrude(path, 'a folder'),
  'a dangling link': (path) => intrude(path, 'a dangling link'),
  'a pipe': (path) => intrude(path, 'a pipe'),
};

export interface Corruption {
  file: string;
  kind: string;
}

/** Spoils one of the files below a home; small folders have their turn as often as large ones. */
export async function corrupt(home: string, random: () => number): Promise<Corruption> {
  const files = await filesBelow(home);
  const folder = pick(random, [...new Set(files.map((file) => dirname(file)))]);
  const path = pick(
    random,
    files.filter((file) => dirname(file) === folder),
  );
  const kind = pick(random, Object.keys(CORRUPTIONS));
  await CORRUPTIONS[kind]?.(path, random);
  return { file: relative(home, path), kind };
}

/** A copy of a home, made fast. */
export async function copyHome(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', `${from}/.`, to]);
}

async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const paths = names.filter((name) => !name.includes('/.git/')).map((name) => join(folder, name));
  const kept = await Promise.all(paths.map(async (path) => (await lstat(path)).isFile()));
  return paths.filter((_, index) => kept[index]).toSorted();
}

async function change(path: string, work: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(path, work(await readFile(path)));
}

function at(bytes: Buffer, share: number): number {
  return Math.floor(share * bytes.length);
}

function lineAt(bytes: Buffer, share: number): number {
  return bytes.indexOf(0x0a, at(bytes, share)) + 1;
}

function without(bytes: Buffer, ends: [number, number]): Buffer {
  return Buffer.concat([bytes.subarray(0, Math.min(...ends)), bytes.subarray(Math.max(...ends))]);
}

function flip(bytes: Buffer, place: number): Buffer {
  if (place < bytes.length) bytes[place] = (bytes[place] ?? 0) ^ 4;
  return bytes;
}

function zeros(bytes: Buffer, start: number, share: number): Buffer {
  return bytes.fill(0, start, Math.min(bytes.length, start + 1 + Math.floor(600 * share)));
}

function loseNewline(bytes: Buffer, end: number): Buffer {
  return end === 0 ? bytes : Buffer.concat([bytes.subarray(0, end - 1), bytes.subarray(end)]);
}
