/** The last entries of something that goes on for ever. `version` changes with every entry. */
export class Ring<Entry> {
  readonly #capacity: number;
  #entries: Entry[] = [];
  version = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries.slice(-this.#capacity);
  }

  add(entry: Entry): void {
    this.version += 1;
    this.#entries.push(entry);
    // Cut in bulk, so that an entry costs the same however many there are.
    if (this.#entries.length >= 2 * this.#capacity) this.#entries = this.#entries.slice(-this.#capacity);
  }

  clear(): void {
    this.version += 1;
    this.#entries = [];
  }
}
