import { isAscii } from 'node:buffer';
import { uncutLength } from './redact.ts';

/** What one process has printed, as far as it has been read. */
export interface Printed {
  /** Bytes that were taken for the log. */
  readonly offset: number;
  /** Characters among them, as JavaScript counts. */
  readonly copiedChars: number;
  /** Characters that were printed. */
  readonly chars: number;
  /** The end of what was printed, of what may be shown of it. */
  lastLines(redact: (text: string) => string): string;
  /**
   * Takes note of what was printed next; returns what are whole lines by now, in pieces that follow one another. Where a
   * line without an end is broken, none of the secrets is.
   */
  add(bytes: Buffer, secrets: readonly string[]): Buffer[];
  /** What is left when nothing more will come, with a newline behind it. */
  end(): Buffer[];
}

/** A line that goes on for longer than this is broken. */
const LINE_BYTES = 64 * 1024;
/** So much is looked at together when characters are counted. */
const BLOCK_BYTES = 4 * 1024;
const NEWLINE = Buffer.from('\n');
const TAIL_BYTES = 8 * 1024;
const TAIL_LINES = 20;
const TAIL_CHARS = 4_000;

export function createPrinted(copied: { offset: number; chars: number }): Printed {
  let { offset, chars } = copied;
  let waiting = Buffer.alloc(0);
  let tail = Buffer.alloc(0);

  function take(bytes: Buffer, end: number): Buffer[] {
    const pieces = [waiting, bytes.subarray(0, end)];
    offset += waiting.length + end;
    waiting = Buffer.from(bytes.subarray(end));
    return pieces;
  }

  /** The beginning of a line that is too long. */
  function breakLine(secrets: readonly string[]): Buffer[] {
    const line = waiting;
    const end = uncutLength(line, secrets);
    if (end <= LINE_BYTES) return []; // of a secret that long more is to come
    offset += end;
    waiting = Buffer.from(line.subarray(end));
    return [line.subarray(0, end), NEWLINE];
  }

  return {
    get offset() {
      return offset;
    },
    get copiedChars() {
      return chars - countChars(waiting);
    },
    get chars() {
      return chars;
    },
    lastLines: (redact) => {
      const lines = redact(tail.toString('utf8'))
        .split('\n')
        .slice(-TAIL_LINES - 1);
      return lines.join('\n').slice(-TAIL_CHARS);
    },
    add: (bytes, secrets) => {
      chars += countChars(bytes);
      tail = Buffer.concat([tail, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      const lines = end > 0 ? take(bytes, end) : [];
      if (end === 0) waiting = Buffer.concat([waiting, bytes]);
      return waiting.length > LINE_BYTES ? [...lines, ...breakLine(secrets)] : lines;
    },
    end: () => (waiting.length === 0 ? [] : [...take(Buffer.alloc(0), 0), NEWLINE]),
  };
}

/** UTF-16 units of UTF-8: one per character, two for those of four bytes. */
function countChars(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    count += isAscii(block) ? block.length : countInBlock(block);
  }
  return count;
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
