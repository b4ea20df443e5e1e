import { readRange } from '../storage/log-file.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';

const NEWLINE = 0x0a;
const BLOCK_BYTES = 128 << 10;

/**
 * Reads committed lines in order, in blocks of whole lines, from segment to segment. It holds the segment it reads, so
 * that one which is dropped meanwhile is read to its end; what is dropped before it was reached is left out, which the
 * caller sees by the sequence of the next block. Where a segment is damaged, reading may start before the line that
 * was asked for. Calls of `read` must not overlap.
 */
export class LineReader {
  readonly #segments: Segments;
  #next: number;
  #segment: Segment | null = null;
  #offset = 0;

  /** `next` is the sequence of the first line to read; without it in the log, reading starts with the one after it. */
  constructor(segments: Segments, next: number) {
    this.#segments = segments;
    this.#next = next;
  }

  /** Key of the file that was read last. */
  get key(): string | undefined {
    return this.#segment?.key;
  }

  /** The next block; null at the end of what is committed. Throws what the disk throws. */
  async read(): Promise<Buffer | null> {
    this.#segment ??= await this.#open();
    while (this.#offset === this.#segment.bytes) {
      const next = this.#segments.after(this.#segment);
      if (next === undefined) return null;
      this.#hold(next);
      this.#offset = 0;
    }
    const block = await readLines(this.#segment, this.#offset);
    this.#offset += block.length;
    return block;
  }

  async close(): Promise<void> {
    const held = this.#segment;
    this.#segment = null;
    await held?.release();
  }

  async #open(): Promise<Segment> {
    const segment = this.#segments.at(this.#next);
    if (segment === undefined) throw new Error('The journal has no segment.');
    this.#hold(segment);
    this.#offset = (await segment.offsetOf(Math.max(this.#next, segment.firstSequence))) ?? 0;
    return segment;
  }

  #hold(segment: Segment): void {
    segment.acquire();
    void this.#segment?.release();
    this.#segment = segment;
  }
}

/** At least one line, however long. */
async function readLines({ file, bytes: size, key }: Segment, from: number): Promise<Buffer> {
  for (let length = BLOCK_BYTES; ; length *= 4) {
    const to = Math.min(size, from + length);
    const block = await readRange(file, { from, to });
    const end = block.lastIndexOf(NEWLINE) + 1;
    if (end > 0) return block.subarray(0, end);
    if (to === size) throw new Error(`${key} is damaged at byte ${from}.`);
  }
}
