import { isAscii } from 'node:buffer';
import { uncutLength } from './redact.ts';

/** A line that goes on for longer than this is broken. */
const LINE_BYTES = 64 * 1024;
/** So much is looked at together when characters are counted. */
const BLOCK_BYTES = 4 * 1024;
const NEWLINE = Buffer.from('\n');
const TAIL_BYTES = 8 * 1024;
const TAIL_LINES = 20;
const TAIL_CHARS = 4_000;

/** What one process has printed, as far as it has been read. */
export class Printed {
  /** Bytes that were taken for the log. */
  offset: number;
  /** Characters that were printed, as JavaScript counts. */
  chars: number;
  #waiting: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);

  constructor({ offset, chars }: { offset: number; chars: number } = { offset: 0, chars: 0 }) {
    this.offset = offset;
    this.chars = chars;
  }

  /** Characters among those that were taken for the log. */
  get copiedChars(): number {
    return this.chars - countChars(this.#waiting);
  }

  /** The end of what was printed, of what may be shown of it. */
  lastLines(redact: (text: string) => string): string {
    const lines = redact(this.#tail.toString('utf8')).split('\n');
    return lines
      .slice(-TAIL_LINES - 1)
      .join('\n')
      .slice(-TAIL_CHARS);
  }

  /**
   * Takes note of what was printed next; returns what are whole lines by now, in pieces that follow one another. Where a
   * line without an end is broken, none of the secrets is.
   */
  add(bytes: Buffer, secrets: readonly string[]): Buffer[] {
    this.chars += countChars(bytes);
    this.#tail = Buffer.concat([this.#tail, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const lines = end > 0 ? this.#take(bytes, end) : [];
    if (end === 0) this.#waiting = Buffer.concat([this.#waiting, bytes]);
    return this.#waiting.length > LINE_BYTES ? [...lines, ...this.#breakLine(secrets)] : lines;
  }

  /** What is left when nothing more will come, with a newline behind it. */
  end(): Buffer[] {
    return this.#waiting.length === 0 ? [] : [...this.#take(Buffer.alloc(0), 0), NEWLINE];
  }

  #take(bytes: Buffer, end: number): Buffer[] {
    const pieces = [this.#waiting, bytes.subarray(0, end)];
    this.offset += this.#waiting.length + end;
    this.#waiting = Buffer.from(bytes.subarray(end));
    return pieces;
  }

  /** The beginning of a line that is too long. */
  #breakLine(secrets: readonly string[]): Buffer[] {
    const line = this.#waiting;
    const end = uncutLength(line, secrets);
    if (end <= LINE_BYTES) return []; // of a secret that long more is to come
    this.offset += end;
    this.#waiting = Buffer.from(line.subarray(end));
    return [line.subarray(0, end), NEWLINE];
  }
}

/** UTF-16 units of UTF-8: one per character, two for those of four bytes. */
function countChars(bytes: Buffer): number {
  if (isAscii(bytes)) return bytes.length;
  if (bytes.length <= BLOCK_BYTES) return countInBlock(bytes);
  const half = bytes.length >> 1;
  return countChars(bytes.subarray(0, half)) + countChars(bytes.subarray(half));
}

function countInBlock(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0; // an iterator would be slow
    if ((byte & 0xc0) !== 0x80) count += 1;
    if (byte >= 0xf0 && byte < 0xf8) count += 1;
  }
  return count;
}
