import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './attempt.ts';

/**
 * Makes a folder and those above it, unless they are there. Node's `recursive` never ends where the file system makes no
 * folders, as in `/proc`.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    if (await isFolder(path)) return;
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(path), mode);
    await makeIn(path, mode);
  }
}

/** Somebody else may have made it meanwhile. */
async function makeIn(path: string, mode: number): Promise<void> {
  await mkdir(path, mode).catch(async (error: unknown) => {
    if (!(await isFolder(path))) throw error;
  });
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
