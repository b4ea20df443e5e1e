import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

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
    fill: async (bytes) => writeFile(ballast, Buffer.alloc((await roomOn(path)) - bytes)),
    free: () => rm(ballast),
  };
}

async function roomOn(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
