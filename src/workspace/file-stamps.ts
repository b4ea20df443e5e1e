import { lstatSync } from 'node:fs';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { attempt } from '../storage/attempt.ts';

/** So many are looked at before others have their turn: a millisecond, as git has just looked at them too. */
const AT_ONCE = 256;
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
    if (start > 0) await othersTurn();
    const part = files.slice(start, start + AT_ONCE).map(stampOf);
    if (part.some(({ changedAt }) => changedAt > settledBefore)) return null;
    stamps.push(...part.map(({ text }) => text));
  }
  return stamps.join('\n');
}

/** At once: asking the thread pool takes ten times as long as the answer. */
function stampOf(file: string | Buffer): { text: string; changedAt: number } {
  const seen = attempt(() => lstatSync(file, { throwIfNoEntry: false }), undefined);
  if (seen === undefined) return { text: '-', changedAt: 0 };
  const { size, mtimeMs, ctimeMs, mode, ino } = seen;
  return { text: [size, mtimeMs, ctimeMs, mode, ino].join(' '), changedAt: ctimeMs };
}
