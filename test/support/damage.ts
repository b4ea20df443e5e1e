import { execFile } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** What may stand where a file or a folder should be; each makes it there. */
export const INTRUDERS = {
  'a file': (path) => writeFile(path, 'not yours\n'),
  'a folder': async (path) => {
    await mkdir(path);
    await writeFile(join(path, 'something'), 'kept');
  },
  'a dangling link': (path) => symlink(join(dirname(path), 'nowhere', 'at-all'), path),
  'a link to itself': (path) => symlink(path, path),
  'a link to a device': (path) => symlink('/dev/full', path),
  'a pipe': async (path) => void (await promisify(execFile)('mkfifo', [path])),
  'a socket': leaveSocket,
} satisfies Record<string, (path: string) => Promise<void>>;

export type Intruder = keyof typeof INTRUDERS;

/** Puts something else in the place of a path. */
export async function intrude(path: string, intruder: Intruder): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  await INTRUDERS[intruder](path);
}

/** As a program leaves it that was killed. */
async function leaveSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await promisify(execFile)(process.execPath, ['-e', script, path]).catch(() => undefined); // it was killed
}
