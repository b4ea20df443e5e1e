import { closeSync, fstatSync } from 'node:fs';
import { copyFile, utimes } from 'node:fs/promises';
import { codeOf } from '../storage/attempt.ts';
import { openRegularFile } from '../storage/regular-file.ts';
import { RepositoryError } from './git.ts';

/** A million files have an index of 150 MiB. */
const INDEX_BYTES_MAX = 1024 * 1024 * 1024;
const INDEX_TOO_LARGE = { code: 'repo_unreadable', message: 'The index is larger than 1 GiB.' };

/**
 * With its time: what was written in the second of the index or later is what git compares byte by byte, because its size
 * and time say nothing. A repository without commits may have none yet.
 */
export async function copyIndex(original: string, copy: string): Promise<void> {
  const descriptor = openIfThere(original);
  if (descriptor === null) return;
  try {
    const { size, mtimeMs } = fstatSync(descriptor);
    if (size > INDEX_BYTES_MAX) throw new RepositoryError(INDEX_TOO_LARGE);
    await copyFile(`/proc/self/fd/${descriptor}`, copy);
    const second = Math.floor(mtimeMs / 1_000);
    await utimes(copy, second, second);
  } finally {
    closeSync(descriptor);
  }
}

function openIfThere(file: string): number | null {
  try {
    return openRegularFile(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}
