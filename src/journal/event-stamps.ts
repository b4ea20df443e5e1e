import { createTag as createRandomTag, formatEventId, sequenceOf } from './event-id.ts';
import type { ByteWriter } from '../storage/byte-writer.ts';
import { writeLine, type JournalEntry } from './event-line.ts';

export interface EventStampsOptions {
  now?: () => Date;
  createTag?: () => string;
}

/** Gives events their ids and times. */
export class EventStamps {
  readonly #milliseconds: () => number;
  readonly #createTag: () => string;
  #tag: string;
  #headId = '';
  #sequence = 0;
  #formattedAt = NaN;
  #formatted = '';

  constructor({ now, createTag = createRandomTag }: EventStampsOptions) {
    this.#milliseconds = now === undefined ? Date.now : () => now().getTime();
    this.#createTag = createTag;
    this.#tag = createTag();
  }

  /** Marks the ids of one engine between two jumps of the clock. */
  get tag(): string {
    return this.#tag;
  }

  get headId(): string {
    return this.#headId;
  }

  /** The next id will be the one behind `headId`. */
  continueAfter(headId: string): void {
    this.#headId = headId;
    this.#sequence = sequenceOf(headId);
  }

  /** Writes the lines of one group; returns the id of the last. One that cannot be written gets no id, and throws. */
  encode(entries: readonly JournalEntry[], into: ByteWriter): string {
    const before = this.#headId;
    const ts = this.now();
    try {
      for (const [index, entry] of entries.entries()) {
        writeLine(into, { id: this.#nextId(), ts, end: index === entries.length - 1 }, entry);
      }
      return this.#headId;
    } catch (error) {
      this.continueAfter(before);
      throw error;
    }
  }

  #nextId(): string {
    this.#sequence += 1;
    this.#headId = formatEventId({ sequence: this.#sequence, tag: this.#tag });
    return this.#headId;
  }

  newTag(): void {
    this.#tag = this.#createTag();
  }

  /** Formatting a time costs as much as the rest of a short line, so a millisecond has it done once. */
  now(): string {
    const now = this.#milliseconds();
    if (now !== this.#formattedAt) {
      this.#formattedAt = now;
      this.#formatted = new Date(now).toISOString();
    }
    return this.#formatted;
  }
}
