import { constants } from 'node:fs';
import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runOnDescriptor } from './descriptor-tool.ts';

/** The exclusive right to a home. The kernel takes it back when the process ends, however it ends. */
export interface HomeLock {
  release(): Promise<void>;
}

export interface LockHomeOptions {
  /** How long to wait for a holder that is about to leave. */
  waitMs?: number;
  pollEveryMs?: number;
}

/** Another engine holds the home; `holder` is what it says of itself. */
export class HomeLockedError extends Error {
  override readonly name = 'HomeLockedError';
  readonly holder: string;

  constructor(file: string, holder: string) {
    super(
      `The home is in use by another engine (${holder || 'which says nothing of itself'}); lock file ${file}.`,
    );
    this.holder = holder;
  }
}

/** Nobody can lock the home: `flock` is not there, or its disk has no locks. */
export class HomeUnlockableError extends Error {
  override readonly name = 'HomeUnlockableError';
}

/** Locks a home for this process. Throws `HomeLockedError` when it is still held after `waitMs`. */
export async function lockHome(file: string, options: LockHomeOptions = {}): Promise<HomeLock> {
  const { waitMs = 10_000, pollEveryMs = 100 } = options;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  const deadline = performance.now() + waitMs;
  while (!(await tryLock(handle))) {
    if (performance.now() >= deadline) {
      await handle.close();
      throw new HomeLockedError(file, (await readFile(file, 'utf8')).trim());
    }
    await new Promise((resolve) => setTimeout(resolve, pollEveryMs));
  }
  // For the error message of a second engine. Written over what is there, which needs no room on a full disk.
  const holder = `pid ${process.pid}\n`;
  await handle.write(holder, 0);
  await handle.truncate(holder.length);
  return { release: () => handle.close() };
}

async function tryLock(handle: FileHandle): Promise<boolean> {
  const { code, stderr } = await runOnDescriptor(handle.fd, ['flock', '-n', '3']);
  if (code === null || code > 1) throw new HomeUnlockableError(stderr.trim());
  return code === 0;
}
