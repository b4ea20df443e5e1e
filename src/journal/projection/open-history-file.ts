import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import type { HistoryMark } from '../../contract/records.ts';
import { orClose, readRange, type LogFile } from '../../storage/log-file.ts';
import { isTornLine, parseHistoryLine, type HistoryLine } from './history-line.ts';
import { rebuildHistory, type OpenHistoryFileOptions, type SoundHistory } from './history-rebuild.ts';

interface Tail {
  /** The last line that has its newline; null when there is none, or it is not sound. */
  last: HistoryLine | null;
  /** Where it ends. */
  end: number;
  /** What follows it. */
  rest: string;
}

const NEWLINE = 0x0a;
const FIRST_WINDOW = 64 << 10;

/**
 * Opens the history of a chat by its end alone, and cuts a torn last line. One that ends in anything else, or sooner
 * than it did, is damaged: it is kept aside and reported, and what is whole and what the journal knows takes its place.
 */
export async function openHistoryFile(key: string, options: OpenHistoryFileOptions): Promise<SoundHistory> {
  const { files } = options;
  const entry = await lstat(files.pathOf(key)).catch(() => null); // not there yet
  const file = await files.open(key);
  return orClose(file, () => takeUp({ key, file, entry }, options));
}

async function takeUp(
  { key, file, entry }: { key: string; file: LogFile; entry: Stats | null },
  options: OpenHistoryFileOptions,
): Promise<SoundHistory> {
  const { mark, damage } = options;
  const size = await file.size();
  const tail = await readTail(file, size);
  const isMissing = entry === null || (size === 0 && !entry.isFile()); // what stood there was set aside
  const reason = damage ?? objectionTo(tail, { mark, isMissing });
  if (reason !== null) return rebuildHistory({ key, file, reason, isMissing }, options);
  if (tail.end < size) await file.truncate(tail.end);
  return { file, bytes: tail.end, count: tail.last?.number ?? 0, lastId: tail.last?.id ?? null };
}

function objectionTo(
  { last, end, rest }: Tail,
  { mark, isMissing }: { mark: HistoryMark | undefined; isMissing: boolean },
): string | null {
  if ((last === null && end > 0) || !isTornLine(rest)) return 'It does not end with a line of history.';
  const lost = (mark?.count ?? 0) - (last?.number ?? 0);
  if (lost <= 0) return null;
  return isMissing ? `It is gone, with ${lost} lines.` : `Its last ${lost} lines are gone.`;
}

async function readTail(file: LogFile, size: number): Promise<Tail> {
  for (let window = FIRST_WINDOW; ; window *= 4) {
    const from = Math.max(0, size - window);
    const bytes = await readRange(file, { from, to: size });
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const before = end < 2 ? -1 : bytes.lastIndexOf(NEWLINE, end - 2);
    if (from > 0 && before === -1) continue;
    const last = end === 0 ? null : parseHistoryLine(bytes.toString('utf8', before + 1, end - 1));
    return { last, end: end === 0 ? 0 : from + end, rest: bytes.toString('latin1', end) };
  }
}
