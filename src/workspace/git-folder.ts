import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Where git keeps what belongs to this work tree: `.git`, or what the file `.git` names. */
export async function gitFolderOf(folder: string): Promise<string> {
  const own = join(folder, '.git');
  if ((await stat(own)).isDirectory()) return own;
  const named = /^gitdir: (.*)$/m.exec(await readFile(own, 'utf8'))?.[1];
  return named === undefined ? own : resolve(folder, named);
}
