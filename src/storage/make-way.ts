import { constants, type Stats } from 'node:fs';
import { access, chmod, lstat, stat } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { setAside, type OnDamage } from './set-aside.ts';
import { codeOf } from './attempt.ts';

export interface WayOptions {
  /** Nothing at this folder or above it is touched. */
  below: string;
  onDamage: OnDamage;
  /** Of folders that are made; 0700 unless told. */
  mode?: number;
}

interface Wanted {
  noun: string;
  isThere: (status: Stats) => boolean;
  /** What its owner may do with it. */
  mode: number;
}

const FILE: Wanted = { noun: 'file', isThere: (status) => status.isFile(), mode: 0o600 };
const FOLDER: Wanted = { noun: 'folder', isThere: (status) => status.isDirectory(), mode: 0o700 };

/**
 * Sets aside whatever stands at the path of a file and is none, so that one can be read or made there. Opening a pipe
 * would hold up the engine for ever, opening a folder or a link to nothing would stop it. Its folder is made.
 */
export async function makeWayForFile(path: string, options: WayOptions): Promise<void> {
  await makeWayForFolder(dirname(path), options);
  await makeWay(path, FILE, options);
}

/** The same, where the file is only to be removed: no folder is made. */
export function clearPlaceOfFile(path: string, options: WayOptions): Promise<void> {
  return makeWay(path, FILE, options);
}

/** Whether nothing stands in the way of opening a file that is there, or in that of its folders. */
export async function isOpenable(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => null);
  return status !== null && FILE.isThere(status) && (await isUsable(path, FILE.mode));
}

/** Makes a folder, and sets aside whatever stands in its place or in that of one above it. */
export async function makeWayForFolder(path: string, options: WayOptions): Promise<void> {
  if (isBelow(path, options.below)) {
    await makeWayForFolder(dirname(path), options);
    await makeWay(path, FOLDER, options);
  }
  await makeFolder(path, options.mode ?? 0o700);
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith('../');
}

async function makeWay(path: string, wanted: Wanted, { onDamage }: WayOptions): Promise<void> {
  const reason = await objectionTo(path, wanted);
  if (reason !== null) onDamage(await setAside(path, reason));
}

/** Null when nothing is there, or what is wanted, which is made usable if only its mode is in the way. */
async function objectionTo(path: string, { noun, isThere, mode }: Wanted): Promise<string | null> {
  const entry = await lstat(path).catch(nullIfMissing);
  if (entry === null) return null;
  const target = entry.isSymbolicLink() ? await stat(path).catch(() => null) : entry;
  if (target === null) return 'It is a link that leads nowhere.';
  if (!isThere(target)) return `It is ${nameOf(target)} where a ${noun} should be.`;
  if (await isUsable(path, mode)) return null;
  await chmod(path, target.mode | mode).catch(() => undefined); // not ours: then it stays unusable
  return (await isUsable(path, mode)) ? null : 'It may not be opened.';
}

function isUsable(path: string, mode: number): Promise<boolean> {
  const { R_OK, W_OK, X_OK } = constants;
  return access(path, R_OK | W_OK | (mode === FOLDER.mode ? X_OK : 0)).then(
    () => true,
    () => false,
  );
}

function nameOf(status: Stats): string {
  if (status.isDirectory()) return 'a folder';
  if (status.isFIFO()) return 'a pipe';
  if (status.isSocket()) return 'a socket';
  return status.isFile() ? 'a file' : 'a device';
}

function nullIfMissing(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
