import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toDate } from '../contract/bounds.ts';

/** A regular file directly in a folder that agents and people write to. */
export interface FolderFile {
  filename: string;
  sizeBytes: number;
  updatedAt: string;
}

/** The files whose names are wanted. Links that leave the folder are not there, nor is anything but a regular file. */
export async function listFiles(
  folder: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<FolderFile[]> {
  const names = await readdir(folder).catch(() => []); // nobody has written anything yet
  const wanted = names.filter((name) => isFileName(name) && isWanted(name));
  const files = await Promise.all(wanted.map((name) => findWithin(folder, name)));
  return files.flatMap((found) => found?.file ?? []);
}

/** One of those files, with as many of its first bytes as `bytesOf` its size says; undefined for any other name. */
export async function readFolderFile(
  folder: string,
  filename: string,
  bytesOf: (sizeBytes: number) => number,
): Promise<{ file: FolderFile; bytes: Buffer } | undefined> {
  const found = await findWithin(folder, filename);
  if (found === undefined) return undefined;
  // Not through a link that took the file's place meanwhile, and not waiting for a pipe's other end.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(found.path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const seen = await handle.stat();
    if (!seen.isFile()) return undefined;
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(bytesOf(seen.size)), { position: 0 });
    return { file: toFile(filename, seen), bytes: buffer.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
}

export function newestFirst(one: FolderFile, other: FolderFile): number {
  return one.updatedAt < other.updatedAt ? 1 : -1;
}

/** One folder entry, not hidden, with nothing in its name that a file system or a URL reads as something else. */
function isFileName(name: string): boolean {
  return /^[^./\\\0][^/\\\0]*$/.test(name);
}

/** Undefined for what is not there, and for links that leave the folder. A device is not even opened: that alone may do something. */
async function findWithin(
  folder: string,
  filename: string,
): Promise<{ path: string; file: FolderFile } | undefined> {
  if (!isFileName(filename)) return undefined;
  try {
    const [path, root] = await Promise.all([realpath(join(folder, filename)), realpath(folder)]);
    if (dirname(path) !== root) return undefined;
    const seen = await stat(path);
    return seen.isFile() ? { path, file: toFile(filename, seen) } : undefined;
  } catch {
    return undefined; // missing, or a link to nowhere or to itself
  }
}

function toFile(filename: string, { size, mtimeMs }: { size: number; mtimeMs: number }): FolderFile {
  return { filename, sizeBytes: size, updatedAt: toDate(mtimeMs).toISOString() };
}
