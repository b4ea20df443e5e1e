import { createReadStream } from 'node:fs';
import type { AtomicFiles } from '../storage/atomic-files.ts';
import { readRange, writeAll, type LogFile } from '../storage/log-file.ts';
import { setAside, type OnDamage } from '../storage/set-aside.ts';
import { parseHistoryLine } from './history-line.ts';

export interface HistoryRepairOptions {
  files: AtomicFiles;
  onDamage: OnDamage;
  now: () => Date;
}

/** A history that ends with a whole line, or is empty. */
export interface SoundHistory {
  file: LogFile;
  bytes: number;
  count: number;
  lastId: string | null;
}

const NEWLINE = 0x0a;
const FIRST_WINDOW = 64 << 10;

/**
 * Opens the history of a chat and cuts a torn last line. A history that ends in anything else is damaged: it is set
 * aside and reported, and a new one begins with the lines that are whole.
 */
export async function openSoundHistory(key: string, options: HistoryRepairOptions): Promise<SoundHistory> {
  const file = await options.files.open(key);
  const size = await file.size();
  const { line, end } = await readLastLine(file, size);
  const last = end === 0 ? null : parseHistoryLine(line);
  if (last === null && end > 0) return rebuild({ key, file }, options);
  if (end < size) await file.truncate(end);
  return { file, bytes: end, count: last?.number ?? 0, lastId: last?.id ?? null };
}

async function rebuild(damaged: { key: string; file: LogFile }, options: HistoryRepairOptions) {
  const { files, onDamage, now } = options;
  await damaged.file.close();
  const reason = 'It does not end with a line of history.';
  const damage = await setAside(files.pathOf(damaged.key), { reason, now: now() });
  const file = await files.open(damaged.key);
  const rebuilt = await copyWholeLines(damage.keptAs, file);
  onDamage(damage);
  return { file, ...rebuilt };
}

/** Up to the first line that is not the next one. */
async function copyWholeLines(from: string, file: LogFile) {
  const copied: Omit<SoundHistory, 'file'> = { bytes: 0, count: 0, lastId: null };
  for await (const bytes of linesOf(from)) {
    const parsed = parseHistoryLine(bytes.toString('utf8', 0, bytes.length - 1));
    if (parsed?.number !== copied.count + 1) break;
    await writeAll(file, { bytes, position: copied.bytes });
    copied.bytes += bytes.length;
    copied.count = parsed.number;
    copied.lastId = parsed.id;
  }
  return copied;
}

/** With their newlines. Not by readline, which also splits at line separators that JSON leaves as they are. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(NEWLINE) + 1; end > 0; end = rest.indexOf(NEWLINE) + 1) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end);
    }
  }
}

/** The last line that has its newline, and where it ends; `end` is 0 when there is none. */
async function readLastLine(file: LogFile, size: number): Promise<{ line: string; end: number }> {
  for (let window = FIRST_WINDOW; ; window *= 4) {
    const from = Math.max(0, size - window);
    const bytes = await readRange(file, { from, to: size });
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const before = end < 2 ? -1 : bytes.lastIndexOf(NEWLINE, end - 2);
    if (from === 0 && end === 0) return { line: '', end: 0 };
    if (from === 0 || before !== -1)
      return { line: bytes.toString('utf8', before + 1, end - 1), end: from + end };
  }
}
