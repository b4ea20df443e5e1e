import { readRange } from '../storage/log-file.ts';
import { isSoundLine, readSequence } from './event-line.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';

/** Mends a segment that was found to be damaged, unless that was done since it had this version. */
export type Mend = (segment: Segment, version: number) => Promise<void>;

export interface LineReaderOptions {
  next: number;
  mend: Mend;
  /** About how much is read at a time, 128 KiB unless told. */
  blockBytes?: number | undefined;
  /** Gives the buffer of a block, at least so long. */
  allocate?: ((length: number) => Buffer) | undefined;
}

const NEWLINE = 0x0a;
/** Small, so that whoever resumes soon has its first event: every line of a block is checked before the first is given. */
const FIRST_BLOCK_BYTES = 16 << 10;
const BLOCK_BYTES = 128 << 10;
const BLOCK_GROWTH = 4;
/** The disk may spoil it again while it is mended; not for ever. */
const ATTEMPTS = 3;

/**
 * Reads committed lines in order, in blocks of whole lines, from segment to segment. Every line is as it was written,
 * and none is missing in a segment: one that is damaged is mended first. It holds the segment it reads, so that one
 * which is dropped meanwhile is read to its end; what is dropped before it was reached is left out, which the caller
 * sees by the sequence of the next block. Calls of `read` must not overlap.
 */
export class LineReader {
  readonly #segments: Segments;
  readonly #mend: Mend;
  readonly #mostBytes: number;
  #blockBytes: number;
  readonly #allocate: LineReaderOptions['allocate'];
  #next: number;
  #segment: Segment | null = null;
  /** Where the next line starts, in the version of the file that it was looked for in; null until it was. */
  #place: { offset: number; version: number } | null = null;

  /** `next` is the sequence of the first line to read; without it in the log, reading starts with the one after it. */
  constructor(segments: Segments, { next, mend, blockBytes = BLOCK_BYTES, allocate }: LineReaderOptions) {
    this.#segments = segments;
    this.#next = next;
    this.#mend = mend;
    this.#mostBytes = blockBytes;
    this.#blockBytes = Math.min(FIRST_BLOCK_BYTES, blockBytes);
    this.#allocate = allocate;
  }

  /** Key of the file that was read last. */
  get key(): string | undefined {
    return this.#segment?.key;
  }

  /** The next block; null at the end of what is committed. Throws what the disk throws. */
  async read(): Promise<Buffer | null> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const segment = this.#current();
      if (segment === null) return null;
      const { version } = segment;
      const block = await this.#readFrom(segment);
      if (block !== null) return block;
      await this.#mend(segment, version);
    }
    throw new Error(`${this.key ?? 'The journal'} is damaged.`);
  }

  async close(): Promise<void> {
    const held = this.#segment;
    this.#segment = null;
    await held?.release();
  }

  /** The segment that holds the next line; null while there is none. */
  #current(): Segment | null {
    let segment = this.#segment ?? this.#segments.at(this.#next);
    while (segment !== undefined && this.#isBehind(segment)) segment = this.#segments.after(segment);
    if (segment === undefined) return null;
    if (segment !== this.#segment) this.#hold(segment);
    return segment;
  }

  /** Also when there is nothing in it yet. */
  #isBehind({ firstSequence, lastSequence }: Segment): boolean {
    return lastSequence < Math.max(this.#next, firstSequence);
  }

  #hold(segment: Segment): void {
    segment.acquire();
    void this.#segment?.release();
    this.#segment = segment;
    this.#next = Math.max(this.#next, segment.firstSequence);
    this.#place = null;
  }

  /** At least one line; null when the segment is damaged there. */
  async #readFrom(segment: Segment): Promise<Buffer | null> {
    const { version } = segment;
    const known = this.#place?.version === version ? this.#place.offset : null;
    const offset = known ?? (await segment.offsetOf(this.#next).catch(() => null));
    const place = { from: offset ?? 0, blockBytes: this.#blockBytes };
    const block = offset === null ? null : await readLines(segment, place, this.#allocate).catch(() => null);
    if (offset === null || block === null || segment.version !== version) return null;
    const { end, count } = soundPart(block, this.#next);
    if (count === 0) return null;
    this.#next += count;
    this.#blockBytes = Math.min(this.#blockBytes * BLOCK_GROWTH, this.#mostBytes);
    this.#place = { offset: offset + end, version };
    return block.subarray(0, end);
  }
}

/** How many lines of a block are the ones to come, as they were written, and where they end. */
function soundPart(block: Buffer, next: number): { end: number; count: number } {
  let [end, count] = [0, 0];
  while (end < block.length) {
    const place = { start: end, end: block.indexOf(NEWLINE, end) + 1 };
    if (readSequence(block, end) !== next + count || !isSoundLine(block, place)) break;
    end = place.end;
    count += 1;
  }
  return { end, count };
}

/** At least one line, however long; null when there is none. */
async function readLines(
  { file, bytes: size }: Segment,
  { from, blockBytes }: { from: number; blockBytes: number },
  allocate: LineReaderOptions['allocate'],
): Promise<Buffer | null> {
  for (let length = blockBytes; ; length *= 4) {
    const to = Math.min(size, from + length);
    const block = await readRange(file, { from, to }, allocate);
    const end = block.lastIndexOf(NEWLINE) + 1;
    if (end > 0) return block.subarray(0, end);
    if (to === size) return null;
  }
}
