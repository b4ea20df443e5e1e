import { sequenceOf } from './event-id.ts';
import type { FrameBlock, PartialFrame } from './frames.ts';

export type RingItem = FrameBlock | PartialFrame;

/** The latest frames, shared by all readers. Items are numbered from 0 for as long as the ring lives. */
export class FrameRing {
  readonly #maximumBytes: number;
  #items: RingItem[] = [];
  #base = 0;
  #bytes = 0;
  #lastId: string;
  #lastSequence: number;

  constructor({ maximumBytes, lastId }: { maximumBytes: number; lastId: string }) {
    this.#maximumBytes = maximumBytes;
    this.#lastId = lastId;
    this.#lastSequence = sequenceOf(lastId);
  }

  /** Number that the next item will get. */
  get end(): number {
    return this.#base + this.#items.length;
  }

  /** Id of the last event that is or was in the ring. */
  get lastId(): string {
    return this.#lastId;
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** Undefined when the item has left the ring or is still to come. */
  at(number: number): RingItem | undefined {
    return this.#items[number - this.#base];
  }

  add(item: RingItem): void {
    this.#items.push(item);
    this.#bytes += item.bytes.length;
    if (item.kind === 'stored') this.#advance(item.lastId);
    while (this.#bytes > this.#maximumBytes && this.#items.length > 1) this.#dropOldest();
  }

  /** Forgets everything: nobody reads, and whoever comes gets what is before `lastId` from the log. */
  skipTo(lastId: string): void {
    this.#base = this.end;
    this.#items = [];
    this.#bytes = 0;
    this.#advance(lastId);
  }

  /** Number of the item that holds the event of a sequence, or will; null when that item is no longer there. */
  numberOf(sequence: number): number | null {
    if (sequence > this.#lastSequence) return this.end;
    const index = this.#items.findLastIndex(
      (item) => item.kind === 'stored' && item.firstSequence <= sequence,
    );
    return index === -1 ? null : this.#base + index;
  }

  #advance(lastId: string): void {
    this.#lastId = lastId;
    this.#lastSequence = sequenceOf(lastId);
  }

  #dropOldest(): void {
    const oldest = this.#items.shift();
    this.#bytes -= oldest?.bytes.length ?? 0;
    this.#base += 1;
  }
}
