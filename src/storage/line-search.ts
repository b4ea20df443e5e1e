import { readRange, type LogFile } from './log-file.ts';

/** Lines that carry consecutive numbers, 12 digits each, at a fixed place. */
export interface NumberedLines {
  file: Pick<LogFile, 'read'>;
  /** End of the last whole line, in bytes. */
  size: number;
  first: number;
  last: number;
  /** Where in a line the digits start. */
  digitsAt: number;
}

export interface LineRange {
  first: number;
  last: number;
}

interface LineStart {
  offset: number;
  number: number;
}

interface Search {
  lines: NumberedLines;
  target: number;
  low: LineStart;
  high: LineStart;
  /** No line that could be the target starts at or behind this offset. */
  limit: number;
  windowBytes: number;
}

const NEWLINE = 0x0a;
const DIGITS = 12;
const WINDOW_BYTES = 16 << 10;
const GUESS_SLACK_BYTES = 4 << 10;
const GUESS_SLACK_SHARE = 0.25;

/**
 * Finds where the line with a number starts, in a few reads whatever the size of the file. Null when the file has no
 * such line or is damaged where it was read.
 */
export async function findLine(lines: NumberedLines, target: number): Promise<number | null> {
  if (target < lines.first || target > lines.last) return null;
  const low = { offset: 0, number: lines.first };
  const high = { offset: lines.size, number: lines.last + 1 };
  const search = { lines, target, low, high, limit: lines.size, windowBytes: WINDOW_BYTES };
  for (let round = 0; search.low.number !== target; round += 1) {
    if (search.high.number === target) return search.high.offset;
    if (!(await probe(search, round))) return null;
  }
  return search.low.offset;
}

/**
 * Reads the lines from one number to another; where that would be more than `mostBytes`, the last of them, one at least, from
 * the `first` that it tells. Usually in one read, of where they should be if lines were of similar length. Throws when the
 * file is damaged there.
 */
export async function readLines(
  lines: NumberedLines,
  range: LineRange,
  mostBytes = Infinity,
): Promise<{ first: number; bytes: Buffer }> {
  const { first, last } = range;
  const guessed = await readGuess(lines, range, mostBytes);
  if (guessed !== null) return { first, bytes: guessed };
  const from = await findLine(lines, first);
  const to = last === lines.last ? lines.size : await findLine(lines, last + 1);
  if (from === null || to === null) throw new Error(`Lines ${first} to ${last} cannot be found.`);
  if (to - from <= mostBytes || first === last)
    return { first, bytes: await readRange(lines.file, { from, to }) };
  return readLines(lines, { first: Math.floor((first + last) / 2) + 1, last }, mostBytes);
}

async function readGuess(
  lines: NumberedLines,
  { first, last }: LineRange,
  mostBytes: number,
): Promise<Buffer | null> {
  const average = lines.size / (lines.last - lines.first + 1);
  const slack = GUESS_SLACK_BYTES + (last - first + 1) * average * GUESS_SLACK_SHARE;
  const from = first === lines.first ? 0 : Math.max(0, Math.floor((first - lines.first) * average - slack));
  const end = last === lines.last ? lines.size : (last + 1 - lines.first) * average + slack;
  const to = Math.min(lines.size, Math.ceil(end));
  if (to - from > mostBytes) return null;
  const bytes = await readRange(lines.file, { from, to });
  const start = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
  const number = readNumber(bytes, start + lines.digitsAt);
  if ((start === 0 && from > 0) || !(number <= first)) return null;
  const begin = walk(bytes, { start, number, target: first });
  const behind = walk(bytes, { ...begin, target: last + 1 });
  return behind.number === last + 1 ? bytes.subarray(begin.start, behind.start) : null;
}

/** Lines are often of similar length, so every other guess assumes that they are; the rest halve what is left. */
async function probe(search: Search, round: number): Promise<boolean> {
  const { low, high, limit, target } = search;
  const share = round % 2 === 0 ? (target - low.number) / (high.number - low.number) : 0.5;
  const guess = low.offset + Math.floor((limit - low.offset) * share);
  const from = Math.max(low.offset, guess - search.windowBytes / 2);
  const to = Math.min(high.offset, from + search.windowBytes);
  const bytes = await readRange(search.lines.file, { from, to });
  return narrow(search, { from, bytes });
}

function narrow(search: Search, { from, bytes }: { from: number; bytes: Buffer }): boolean {
  const { low, high, lines, target } = search;
  const start = from === low.offset ? 0 : bytes.indexOf(NEWLINE) + 1;
  const isReadable = start + lines.digitsAt + DIGITS <= bytes.length && (start > 0 || from === low.offset);
  if (!isReadable) return widen(search, { from, to: from + bytes.length });
  const number = readNumber(bytes, start + lines.digitsAt);
  if (!(number >= low.number && number < high.number)) return false;
  if (number > target) {
    search.high = { offset: from + start, number };
    search.limit = search.high.offset;
    return true;
  }
  const reached = walk(bytes, { start, number, target });
  const isProgress = reached.number > low.number;
  search.low = { offset: from + reached.start, number: reached.number };
  return isProgress || number === target || widen(search, { from, to: from + bytes.length });
}

/** A line longer than the window: read more from there, or, at the end already, look before it. */
function widen(search: Search, { from, to }: { from: number; to: number }): boolean {
  if (to < search.high.offset) search.windowBytes *= 2;
  else if (from > search.low.offset) search.limit = from;
  else return false;
  return true;
}

function walk(bytes: Buffer, place: { start: number; number: number; target: number }) {
  let { start, number } = place;
  while (number < place.target) {
    const next = bytes.indexOf(NEWLINE, start) + 1;
    if (next === 0) break;
    start = next;
    number += 1;
  }
  return { start, number };
}

/** NaN when there are no digits. */
export function readNumber(bytes: Buffer, at: number): number {
  return Number(bytes.toString('latin1', at, at + DIGITS));
}
