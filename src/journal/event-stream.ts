import { Readable } from 'node:stream';
import type { StreamResetReason } from './journal-options.ts';
import type { FrameFilter } from './frame-filter.ts';
import type { FrameRing, RingItem } from './frame-ring.ts';
import { cutFrames, findLost, type FrameBlock } from './frames.ts';
import { sequenceOf } from './event-id.ts';
import type { LineReader } from './line-reader.ts';

/** Up to where a reader is said to have everything, and what it gets first. */
export interface Beginning {
  position: string;
  prelude: Buffer | string;
}

export interface EventStreamOptions extends Beginning {
  ring: FrameRing;
  filter: FrameFilter;
  /** Committed lines behind an id. */
  readAfter: (id: string) => LineReader;
  /** Begins anew: tells the reader to read its snapshots again. */
  reset: (reason: StreamResetReason) => Beginning;
  onClose: () => void;
}

const BUFFERED_BYTES = 64 << 10;

/**
 * One reader of the event stream. It knows how far it is by id alone, so it takes the next frame from the ring where
 * the ring has it and from the log where it has not: at its own pace, each event once.
 */
export class EventStream {
  readonly readable: Readable;
  readonly #options: EventStreamOptions;
  #position: string;
  #sequence: number;
  /** Number of the next item of the ring; null while reading from the log. */
  #next: number | null;
  #wantsMore = true;
  #isReading = false;
  /** Whether it has had everything there was once. */
  #isCurrent = false;
  #reader: LineReader | null = null;
  #hasEnded = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#sequence = sequenceOf(options.position);
    this.#next = options.ring.numberOf(this.#sequence + 1);
    this.readable = new Readable({
      highWaterMark: BUFFERED_BYTES,
      read: () => this.#resume(),
      destroy: (error, done) => this.#destroy(error, done),
    });
    this.#push(Buffer.from(options.prelude));
    this.pump();
  }

  /** The last event that this reader was sent, or that its filter left out. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Takes on what the ring has got meanwhile, as far as the reader keeps up. */
  pump(): void {
    const { ring } = this.#options;
    while (this.#wantsMore && !this.#isReading && !this.#isOver()) {
      const item = this.#next === null ? undefined : ring.at(this.#next);
      if (item !== undefined) this.#take(item);
      else if (this.#next === ring.end) return this.#tellOnceCurrent();
      else void this.#readLog();
    }
  }

  /** Keeps connection and cursor fresh. A reader that does not keep up has data on its way anyhow. */
  ping(): void {
    if (this.#wantsMore && !this.readable.destroyed)
      this.#push(Buffer.from(`: ping\nid: ${this.#position}\n\n`));
  }

  end(): void {
    if (this.#isOver()) return;
    this.#hasEnded = true;
    this.readable.push(null);
  }

  /** Whoever reads what was, and not all of it, learns up to where that is. */
  #tellOnceCurrent(): void {
    if (this.#isCurrent) return;
    this.#isCurrent = true;
    if (this.#position !== this.#options.position) this.#push(Buffer.from(`id: ${this.#position}\n\n`));
  }

  #isOver(): boolean {
    return this.#hasEnded || this.readable.destroyed;
  }

  #resume(): void {
    this.#wantsMore = true;
    this.pump();
  }

  #take(item: RingItem): void {
    this.#next = (this.#next ?? 0) + 1;
    if (item.kind === 'stored') this.#deliver(item);
    else if (this.#options.filter.acceptsPartial(item)) this.#push(item.bytes);
  }

  #deliver(block: FrameBlock): void {
    if (block.lastSequence <= this.#sequence) return;
    for (const piece of this.#options.filter.pick(block, this.#sequence)) this.#push(piece);
    this.#position = block.lastId;
    this.#sequence = block.lastSequence;
  }

  async #readLog(): Promise<void> {
    this.#isReading = true;
    try {
      this.#reader ??= this.#options.readAfter(this.#position);
      const lines = await this.#reader.read();
      if (lines !== null && !this.#isOver()) this.#deliverLines(lines);
    } catch {
      this.#reset('damaged'); // and unreadable: said to the reader instead of passed over
    }
    await this.#joinRing();
    this.#isReading = false;
    this.pump();
  }

  #deliverLines(lines: Buffer): void {
    const lost = findLost(lines);
    const block = lost > 0 ? cutFrames(lines.subarray(0, lost)) : null;
    if (block !== null && block.firstSequence !== this.#sequence + 1) return this.#reset('expired');
    if (block !== null) this.#deliver(block);
    if (lost < lines.length) this.#reset('damaged');
  }

  #reset(reason: StreamResetReason): void {
    const { prelude, position } = this.#options.reset(reason);
    if (this.#isOver()) return;
    this.#push(Buffer.from(prelude));
    this.#position = position;
    this.#sequence = sequenceOf(position);
  }

  async #joinRing(): Promise<void> {
    this.#next = this.#options.ring.numberOf(this.#sequence + 1);
    if (this.#next === null && !this.#isOver()) return;
    const reader = this.#reader;
    this.#reader = null;
    await reader?.close();
  }

  #push(bytes: Buffer): void {
    this.#wantsMore = this.readable.push(bytes);
  }

  #destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#options.onClose();
    if (!this.#isReading) void this.#reader?.close();
    done(error);
  }
}
