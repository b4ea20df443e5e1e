import { readFileSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';

const ENOUGH = 4 * 1024 ** 3;

/** Whether this is a file system in memory of which programs can be run and that holds all that the tests put there. */
export function isRoomy(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const [, , type, options = 'noexec'] =
      mounts.findLast((one) => one.split(' ')[1] === folder)?.split(' ') ?? [];
    const isFit = type === 'tmpfs' && !options.split(',').includes('noexec');
    return isFit && Math.min(bavail * bsize, freemem()) > ENOUGH;
  } catch {
    return false; // this machine has none
  }
}
