import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Ends the name of every file that is being written and not yet in place. */
export const TEMPORARY_SUFFIX = '.replicas-tmp';

/** Whole, or in pieces. */
export type FileContent = string | Uint8Array | Iterable<string>;

export interface ReplaceOptions {
  /** Permissions of the new file; 0600 unless told. */
  mode?: number;
}

let replacements = 0;

/**
 * Replaces a file as a whole: readers see the old content or the new one, also after a crash. Missing folders are made
 * (0700). Two replacements of one file at a time both succeed; the caller decides their order.
 */
export async function replaceFile(file: string, data: FileContent, { mode = 0o600 }: ReplaceOptions = {}) {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}-${++replacements}${TEMPORARY_SUFFIX}`;
  try {
    await writeSynced(temporary, { data, mode });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Makes renames and removals in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeSynced(file: string, { data, mode }: { data: FileContent; mode: number }) {
  const handle = await open(file, 'wx', mode);
  try {
    const isWhole = typeof data === 'string' || data instanceof Uint8Array;
    for (const piece of isWhole ? [data] : data) await handle.writeFile(piece);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  if ((mode & 0o077) !== 0) await chmod(file, mode); // the umask may have taken bits away
}
