import { ByteWriter } from './byte-writer.ts';

/** Puts a text into the batch; returns a mark, if it has one. What it throws is thrown, and nothing was put. */
export type Write = (into: ByteWriter) => string | undefined;

const LEAST_BYTES = 4 << 10;
const MOST_BYTES = 4 << 20;
/** The last text may be longer than what is left. */
const FULL_BYTES = MOST_BYTES - (64 << 10);

/** What goes to the file in one write. */
export class Batch<Note> {
  readonly notes: { offset: number; note: Note }[] = [];
  /** How many texts and notes it holds. */
  count = 0;
  sync = false;
  /** The last mark. */
  mark: string | undefined;
  readonly #writer: ByteWriter;

  /** `expected`: how many bytes it will probably hold. */
  constructor(expected: number) {
    this.#writer = new ByteWriter(Math.min(Math.max(LEAST_BYTES, Math.ceil(expected)), MOST_BYTES));
  }

  get bytes(): Buffer {
    return this.#writer.bytes;
  }

  get length(): number {
    return this.#writer.length;
  }

  get isFull(): boolean {
    return this.length >= FULL_BYTES;
  }

  /** `sync`: its commit waits until the disk has it. */
  add(write: Write, sync: boolean): void {
    const { length } = this;
    try {
      this.mark = write(this.#writer) ?? this.mark;
    } catch (error) {
      this.#writer.cutBack(length);
      throw error;
    }
    this.count += 1;
    this.sync ||= sync;
  }

  pass(note: Note): void {
    this.notes.push({ offset: this.length, note });
    this.count += 1;
  }
}
