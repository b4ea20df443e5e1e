import { mkdtemp, rm, stat, statfs, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

const MIB = 1024 * 1024;

export interface SmallDisk {
  /** Where it is mounted. */
  readonly path: string;
  /** Leaves `bytes` of room, by a file that takes up the rest. */
  fill: (bytes: number) => Promise<void>;
  /** Gives all that room back. */
  free: () => Promise<void>;
}

/** A file system of that many MiB in memory, unmounted after the test. Needs root: fails when it cannot be mounted. */
export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'small-disk-'));
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'tmpfs', path]);
  onTestFinished(async () => {
    await execa('umount', ['--lazy', path]);
    await rm(path, { recursive: true });
  });
  const ballast = join(path, 'ballast');
  return {
    path,
    fill: (bytes) => fill(path, { ballast, bytes }),
    free: () => rm(ballast),
  };
}

/** Takes all the room there is before it gives some back: others write at the same time. */
async function fill(path: string, { ballast, bytes }: { ballast: string; bytes: number }): Promise<void> {
  await writeFile(ballast, Buffer.alloc((await roomOn(path)) + MIB)).catch(acceptFullDisk);
  const { size } = await stat(ballast);
  await truncate(ballast, size - bytes);
}

function acceptFullDisk(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOSPC') throw error;
}

async function roomOn(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
