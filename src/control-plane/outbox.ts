import { BEFORE_ALL, sequenceOf } from '../journal/event-id.ts';
import type { JournalEntry } from '../journal/event-line.ts';
import type { Journal } from '../journal/journal.ts';
import type { LineReader } from '../journal/line-reader.ts';
import { isTold, webhookLinesOf, type WebhookLine } from './webhook-lines.ts';

export interface OutboxOptions {
  journal: Pick<Journal, 'committedId' | 'find' | 'readAfter' | 'onCommit'>;
  /** The last event that is known to be settled; null to begin with the oldest one there is. */
  settledId: string | null;
  /** Told whenever `settledId` has moved. */
  onProgress: () => void;
}

/**
 * The events that the control plane is still to be told, read from the journal where they stand.
 *
 * Guarantees
 * - Events come in the order of the journal, each until it is settled, also after the death of the engine.
 * - An event comes only when it is on disk.
 * - What is in memory is bounded, whatever is owed.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stopListening: () => void;
  /** Found and not settled, oldest first: what one block of the journal holds. */
  #found: WebhookLine[] = [];
  #settledId: string;
  /** Everything below this sequence was looked at. */
  #next: number;
  #lastLookedAt: string;
  /** What was on disk when the reader last came to the end. */
  #seenId = BEFORE_ALL;
  /** Up to this sequence events to tell were appended by this engine. */
  #lastNoted = 0;
  /** Everything appended so far was looked at: nothing is read until there is something to tell. */
  #isCaughtUp = false;
  #isCursorSound = false;
  #reader: LineReader | null = null;
  #reading: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#settledId = options.settledId ?? BEFORE_ALL;
    this.#lastLookedAt = this.#settledId;
    this.#next = sequenceOf(this.#settledId) + 1;
    this.#stopListening = options.journal.onCommit(() => this.#wake());
  }

  /** Up to this event nothing is owed: where the next engine goes on. */
  get settledId(): string {
    if (this.#found.length > 0) return this.#settledId;
    return this.#isCaughtUp ? this.#options.journal.committedId : this.#lastLookedAt;
  }

  /** The oldest event that is owed; null when none is, or none was looked for yet. */
  get oldest(): WebhookLine | null {
    return this.#found[0] ?? null;
  }

  /** The sequence from which on something may be owed; null when everything was told. */
  get owedFrom(): number | null {
    if (this.#found[0] !== undefined) return sequenceOf(this.#found[0].id);
    return this.#isCaughtUp ? null : this.#next;
  }

  /** Takes note of a group that was appended to the journal; `lastId` is the id of its last entry. */
  note(entries: readonly JournalEntry[], lastId: string): void {
    if (!entries.some(isTold)) return;
    this.#lastNoted = sequenceOf(lastId);
    if (!this.#isCaughtUp) return;
    this.#isCaughtUp = false;
    this.#lastLookedAt = this.#options.journal.committedId;
    this.#next = sequenceOf(this.#lastLookedAt) + 1;
  }

  /** The oldest event that is not settled; null when there is none and it may not wait, or was told to stop waiting. */
  async next({ mayWait, signal }: { mayWait: boolean; signal: AbortSignal }): Promise<WebhookLine | null> {
    while (!signal.aborted) {
      const [oldest] = this.#found;
      if (oldest !== undefined) return oldest;
      if (await this.#readMore()) continue;
      if (!mayWait) return null;
      await this.#arrival(signal);
    }
    return null;
  }

  /** The event was told, or was refused and kept: it does not come again. */
  settle(id: string): void {
    if (this.#found[0]?.id !== id) return;
    this.#found.shift();
    this.#settledId = id;
    this.#options.onProgress();
  }

  /** Takes out what is owed up to a sequence: the lines of it are about to go. */
  async giveUp(lastSequence: number): Promise<WebhookLine[]> {
    const lines = [];
    while ((this.owedFrom ?? Infinity) <= lastSequence) {
      const [oldest] = this.#found;
      if (oldest === undefined) {
        if (!(await this.#readMore())) break;
        continue;
      }
      lines.push(oldest);
      this.settle(oldest.id);
    }
    return lines;
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#reading;
    await this.#reader?.close();
  }

  /** Looks at one block more; false when there is none on disk. */
  #readMore(): Promise<boolean> {
    const read = this.#reading.then(() => this.#read());
    this.#reading = read.catch(() => undefined); // who asked hears of it; the next one reads all the same
    return read;
  }

  async #read(): Promise<boolean> {
    if (this.#found.length > 0) return true;
    if (this.#isCaughtUp) return false;
    this.#reader ??= await this.#open();
    this.#seenId = this.#options.journal.committedId;
    const block = await this.#reader.read();
    if (block !== null) {
      this.#take(block);
      return true;
    }
    if (this.#lastNoted > sequenceOf(this.#seenId)) return false; // appended, and was not on disk yet
    this.#isCaughtUp = true;
    await this.#closeReader();
    return false;
  }

  #take(block: Buffer): void {
    const { lines, lastId } = webhookLinesOf(block, this.#next);
    this.#found.push(...lines);
    this.#next = Math.max(this.#next, sequenceOf(lastId) + 1);
    this.#lastLookedAt = lastId;
  }

  /** Behind the cursor; of a log that does not know it, from the oldest line on: rather twice than never. */
  async #open(): Promise<LineReader> {
    const { journal } = this.#options;
    if (!this.#isCursorSound && (await journal.find(this.#lastLookedAt)) !== 'found') {
      [this.#next, this.#lastLookedAt] = [0, BEFORE_ALL];
    }
    this.#isCursorSound = true;
    return journal.readAfter(this.#lastLookedAt);
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    await reader?.close();
  }

  /** Resolves when something was committed that was not looked at, or when nobody waits any more. */
  #arrival(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        signal.removeEventListener('abort', finish);
        this.#wake = () => undefined;
        resolve();
      };
      this.#wake = () => {
        if (!this.#isCaughtUp && this.#options.journal.committedId !== this.#seenId) finish();
      };
      signal.addEventListener('abort', finish);
      if (signal.aborted) finish();
      else this.#wake();
    });
  }
}
