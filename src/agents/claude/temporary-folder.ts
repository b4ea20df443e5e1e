import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the processes of a chat put temporary files: a short name, because they make sockets there. */
export function temporaryFolderOf(home: string, chatId: string): string {
  const name = createHash('sha256').update(`${home}\0${chatId}`).digest('hex').slice(0, 12);
  return join(tmpdir(), `replicas-${name}`);
}

/** Removes what a process that is gone left there, unless the conversation may come back to it. */
export async function clearTemporaryFolder(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  if (names.some((name) => name.endsWith(TASK_OUTPUT))) return;
  await rm(folder, { recursive: true, force: true });
}

/** What commands in the background printed: the agent was told the names of these files. */
const TASK_OUTPUT = '.output';
