import { StringDecoder } from 'node:string_decoder';

/** What one process has printed, as far as it has been read. */
export interface Printed {
  /** Bytes that were taken for the log. */
  readonly offset: number;
  /** Characters among them. */
  readonly copiedChars: number;
  /** Characters that were printed. */
  readonly chars: number;
  readonly lastLines: string;
  add(bytes: Buffer): void;
  /** Whole lines that were not taken yet; also a beginning of one that is longer than `maxBytes`. Ends with a newline. */
  takeLines(maxBytes: number): Buffer;
  /** Everything that was not taken yet, with a newline behind it; empty when there is nothing. */
  takeRest(): Buffer;
}

const NEWLINE = Buffer.from('\n');
const TAIL_CHARS = 4_000;
const TAIL_LINES = 20;

export function createPrinted(copied: { offset: number; chars: number }): Printed {
  const decoder = new StringDecoder('utf8');
  let { offset, chars } = copied;
  let copiedChars = copied.chars;
  let waiting = Buffer.alloc(0);
  let tail = '';

  function take(length: number): Buffer {
    const taken = waiting.subarray(0, length);
    waiting = Buffer.from(waiting.subarray(length));
    offset += length;
    copiedChars = chars - (waiting.length === 0 ? 0 : waiting.toString('utf8').length);
    return taken;
  }

  return {
    get offset() {
      return offset;
    },
    get copiedChars() {
      return copiedChars;
    },
    get chars() {
      return chars;
    },
    get lastLines() {
      return tail
        .split('\n')
        .slice(-TAIL_LINES - 1)
        .join('\n');
    },
    add: (bytes) => {
      const text = decoder.write(bytes);
      chars += text.length;
      tail = (tail + text.slice(-TAIL_CHARS)).slice(-TAIL_CHARS);
      waiting = Buffer.concat([waiting, bytes]);
    },
    takeLines: (maxBytes) => {
      const end = waiting.lastIndexOf(NEWLINE) + 1;
      if (waiting.length - end <= maxBytes) return take(end);
      const isEnded = end === waiting.length;
      return isEnded ? take(end) : Buffer.concat([take(waiting.length), NEWLINE]);
    },
    takeRest: () => (waiting.length === 0 ? waiting : Buffer.concat([take(waiting.length), NEWLINE])),
  };
}
