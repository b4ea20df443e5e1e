export interface AppendOptions {
  /** Length of the text in UTF-8. */
  byteLength: number;
  /** Whether the commit waits until the disk has it. */
  sync: boolean;
  mark?: string;
}

const FIRST_BYTES = 16 << 10;
const MOST_BYTES = 4 << 20;

/**
 * What goes to the file in one write. Texts are encoded as they come, because a burst of strings kept for later costs
 * more in garbage collection than everything else together.
 */
export class Batch<Note> {
  readonly notes: { offset: number; note: Note }[] = [];
  /** How many texts and notes it holds. */
  count = 0;
  sync = false;
  /** The last mark. */
  mark: string | undefined;
  #buffer = Buffer.alloc(0);
  #length = 0;

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** One text of any length fits into an empty batch. */
  hasRoomFor(byteLength: number): boolean {
    return this.#length === 0 || this.#length + byteLength <= MOST_BYTES;
  }

  add(text: string, { byteLength, sync, mark }: AppendOptions): void {
    this.#reserve(this.#length + byteLength);
    this.#buffer.write(text, this.#length, 'utf8');
    this.#length += byteLength;
    this.count += 1;
    this.sync ||= sync;
    this.mark = mark ?? this.mark;
  }

  pass(note: Note): void {
    this.notes.push({ offset: this.#length, note });
    this.count += 1;
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(length, this.#buffer.length * 2, FIRST_BYTES));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
