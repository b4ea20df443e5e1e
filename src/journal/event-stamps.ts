import { createTag as createRandomTag, formatEventId, sequenceOf } from './event-id.ts';
import { encodeLine, type EncodedLine, type JournalEntry } from './event-line.ts';

export interface EventStampsOptions {
  now?: () => Date;
  createTag?: () => string;
}

/** Gives events their ids and times. */
export class EventStamps {
  readonly #now: () => Date;
  readonly #createTag: () => string;
  #tag: string;
  #headId = '';
  #sequence = 0;
  #formattedAt = NaN;
  #formatted = '';

  constructor({ now = () => new Date(), createTag = createRandomTag }: EventStampsOptions) {
    this.#now = now;
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

  /** The lines of one group. One that cannot be written gets no id, and throws. */
  encode(entries: readonly JournalEntry[]): EncodedLine {
    const [before, ts] = [this.#headId, this.now()];
    const group = { text: '', byteLength: 0 };
    try {
      for (const [index, entry] of entries.entries()) {
        const end = index === entries.length - 1;
        const { text, byteLength } = encodeLine({ id: this.#nextId(), ts, end }, entry);
        group.text += text;
        group.byteLength += byteLength;
      }
      return group;
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
    const now = this.#now();
    if (now.getTime() !== this.#formattedAt) {
      this.#formattedAt = now.getTime();
      this.#formatted = now.toISOString();
    }
    return this.#formatted;
  }
}
