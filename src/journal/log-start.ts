/**
 * With which line the log begins, as the name of an empty file: a segment before it was dropped on purpose, one behind it
 * that is not there is lost.
 */
import type { AtomicFiles } from '../storage/atomic-files.ts';
import { TEMPORARY_SUFFIX } from '../storage/replace-file.ts';
import { SEQUENCE_DIGITS } from './event-id.ts';

const PREFIX = 'log-begins-';

/** The sequence that is noted; null where nothing was dropped or sealed yet, or by an engine that did not note it. */
export async function readLogStart(files: AtomicFiles, folder: string): Promise<number | null> {
  const noted = (await files.list(folder)).filter((name) => name.startsWith(PREFIX));
  return noted.length === 0 ? null : Math.max(...noted.map((name) => Number(name.slice(PREFIX.length))));
}

/** Durable when it resolves. Renames the file where there is one, for which a full disk has room as well. */
export async function noteLogStart(files: AtomicFiles, folder: string, sequence: number): Promise<void> {
  const known = await readLogStart(files, folder);
  const from = known === null ? `${folder}:${PREFIX}${TEMPORARY_SUFFIX}` : keyOf(folder, known);
  if (known === null) await (await files.open(from)).close();
  if (known !== sequence) await files.rename(from, keyOf(folder, sequence));
}

function keyOf(folder: string, sequence: number): string {
  return `${folder}:${PREFIX}${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`;
}
