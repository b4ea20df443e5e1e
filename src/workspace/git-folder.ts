import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readRegularFile } from '../storage/regular-file.ts';

const LINK_BYTES = 64 * 1024;

/** Where git keeps what belongs to this work tree: `.git`, or what the file `.git` names. */
export async function gitFolderOf(folder: string): Promise<string> {
  const own = join(folder, '.git');
  if ((await stat(own)).isDirectory()) return own;
  const content = readRegularFile(own, { maxBytes: LINK_BYTES }).toString('utf8');
  const named = /^gitdir: (.*)$/m.exec(content)?.[1];
  return named === undefined ? own : resolve(folder, named);
}
