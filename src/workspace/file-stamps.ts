import { lstat } from 'node:fs/promises';

const AT_ONCE = 64;
/** Timestamps of a file system are this coarse: what changed just now may change again unseen. */
const COARSE_MS = 20;

/**
 * One text that stays the same as long as none of the files is written, replaced or removed. Null when one of them has
 * changed so recently that its next change may not show.
 */
export async function stampFiles(files: readonly (string | Buffer)[]): Promise<string | null> {
  const settledBefore = Date.now() - COARSE_MS;
  const stamps: string[] = [];
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const part = await Promise.all(files.slice(start, start + AT_ONCE).map(stampOf));
    if (part.some(({ changedAt }) => changedAt > settledBefore)) return null;
    stamps.push(...part.map(({ text }) => text));
  }
  return stamps.join('\n');
}

async function stampOf(file: string | Buffer): Promise<{ text: string; changedAt: number }> {
  const seen = await lstat(file).catch(() => null); // not there, or not ours to look at
  if (seen === null) return { text: '-', changedAt: 0 };
  const { size, mtimeMs, ctimeMs, mode, ino } = seen;
  return { text: [size, mtimeMs, ctimeMs, mode, ino].join(' '), changedAt: ctimeMs };
}
