import type { CopyFact } from '../../machines/mirror.setup.ts';
import { reasonOf } from '../contract/reason-of.ts';
import { BEFORE_ALL, sequenceOf } from '../journal/event-id.ts';
import { readId } from '../journal/event-line.ts';
import type { Journal } from '../journal/journal.ts';
import type { LineReader } from '../journal/line-reader.ts';
import { lastIdOf, wholeGroups } from './batches.ts';
import { Buffers } from './buffers.ts';
import type { Batch, Holder, SharedLog } from './shared-log.ts';

export interface JournalCopyOptions {
  journal: Pick<Journal, 'committedId' | 'pendingBytes' | 'readAfter' | 'onCommit'>;
  log: SharedLog;
  holder: Holder;
  /** Where the log ends; null when it is empty. */
  headId: string | null;
  tell: (fact: CopyFact) => void;
  /** Everything up to this event is in the log. */
  onCopied: (id: string) => void;
  /** The first event that the log is to keep. */
  trimTo: () => string;
}

/** Read and sent at a time: a log that is on a disk when it answers syncs that once for each batch. */
const BLOCK_BYTES = 512 << 10;
/** Less than this waits for the answers that are due, and grows meanwhile. */
const FULL_BYTES = 256 << 10;
/** What is under way at a time, in all. */
const WINDOW_BYTES = 2 << 20;
const WINDOW_BATCHES = 16;
/** While so much is still to be written here, copying gives way to it, for so long at a time. */
const BUSY_BYTES = 16 << 10;
const GIVE_WAY_MS = 250;
/** Further behind than so many events is more than what was written a moment ago. */
const BEHIND = 1000;
/** A log that is written to by nobody is asked so often whose it is. */
const CONFIRM_MS = 5_000;

/**
 * Copies the journal into the shared log from a given event on, until it is stopped, refused or fails.
 *
 * Guarantees
 * - Groups arrive whole and in order: several batches are under way, and none is taken without the one before it.
 * - Memory is bounded, however far behind it is: the journal is read only as fast as the log takes it.
 * - A burst is written at the pace it has without a copy, and copied behind it.
 */
export class JournalCopy {
  readonly #options: JournalCopyOptions;
  readonly #blocks = new Buffers();
  /** The beginning of a group, whose end was not read yet. */
  #begun: Buffer = Buffer.alloc(0);
  readonly #reader: LineReader;
  readonly #stopListening: () => void;
  readonly #underWay = new Set<Promise<void>>();
  #bytesUnderWay = 0;
  /** The last event that was sent, taken or not yet. */
  #sentId: string;
  /** Everything up to here was read. */
  #readSequence: number;
  #trimmedTo = '';
  #isAtEnd = false;
  #tookAt = Number.NEGATIVE_INFINITY;
  #isCaughtUp = false;
  #isDraining = false;
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(options: JournalCopyOptions) {
    this.#options = options;
    this.#sentId = options.headId ?? BEFORE_ALL;
    this.#readSequence = sequenceOf(this.#sentId);
    this.#reader = options.journal.readAfter(this.#sentId, {
      blockBytes: BLOCK_BYTES,
      allocate: (length) => this.#blocks.take(length),
    });
    this.#stopListening = options.journal.onCommit(() => this.#wake());
    void this.#run();
  }

  /** Copies what is on disk, and no more. */
  drain(): void {
    this.#isDraining = true;
    this.#wake();
  }

  stop(): void {
    this.#isOver = true;
    this.#stopListening();
    this.#wake();
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isOver) await this.#step();
    } catch (error) {
      this.#end({ type: 'copy.failed', reason: reasonOf(error) });
    } finally {
      await this.#reader.close();
    }
  }

  async #step(): Promise<void> {
    if (this.#givesWay) return this.#arrival();
    if (this.#isAtEnd) await Promise.all(this.#underWay);
    const { committedId } = this.#options.journal;
    const block = await this.#reader.read();
    if (block !== null) return this.#take(block);
    if (this.#underWay.size > 0) return void (await Promise.all(this.#underWay));
    if (!this.#isCaughtUp) this.#options.tell({ type: 'copy.caughtUp' });
    this.#isCaughtUp = true;
    await this.#trim();
    if (this.#isDraining) return this.#end({ type: 'copy.drained' });
    if (this.#options.journal.committedId === committedId) await this.#arrival();
  }

  async #take(block: Buffer): Promise<void> {
    this.#tookAt = performance.now();
    const firstId = readId(block, 0);
    if (sequenceOf(firstId) > this.#readSequence + 1) this.#noteGap(firstId);
    const lines = this.#begun.length === 0 ? block : Buffer.concat([this.#begun, block]);
    const batch = wholeGroups(lines);
    this.#begun = Buffer.from(lines.subarray(batch?.lines.length ?? 0));
    this.#readSequence = sequenceOf(lastIdOf(block));
    this.#isAtEnd = block.length < FULL_BYTES;
    if (batch === null) return this.#blocks.give(block);
    this.#noteProgress();
    void this.#send(batch).then(() => this.#blocks.give(block));
    this.#sentId = batch.id;
    while (this.#isFull && !this.#isOver) await Promise.race(this.#underWay);
  }

  get #givesWay(): boolean {
    const isBusy = this.#options.journal.pendingBytes > BUSY_BYTES;
    return isBusy && !this.#isDraining && performance.now() - this.#tookAt < GIVE_WAY_MS;
  }

  get #isFull(): boolean {
    return this.#bytesUnderWay > WINDOW_BYTES || this.#underWay.size >= WINDOW_BATCHES;
  }

  get #afterId(): string | null {
    return this.#sentId === BEFORE_ALL ? null : this.#sentId;
  }

  /** A log that begins with what is the oldest here has no gap. */
  #noteGap(nextId: string): void {
    this.#begun = Buffer.alloc(0);
    if (this.#sentId === BEFORE_ALL) return;
    this.#options.tell({ type: 'copy.gapFound', afterId: this.#sentId, nextId });
  }

  #noteProgress(): void {
    const { committedId } = this.#options.journal;
    if (!this.#isCaughtUp || sequenceOf(committedId) - sequenceOf(this.#sentId) <= BEHIND) return;
    this.#isCaughtUp = false;
    this.#options.tell({ type: 'copy.fellBehind' });
  }

  #send(batch: Batch | null): Promise<void> {
    const length = batch?.lines.length ?? 0;
    this.#bytesUnderWay += length;
    const sending: Promise<void> = this.#append(batch).finally(() => {
      this.#underWay.delete(sending);
      this.#bytesUnderWay -= length;
      this.#wake();
    });
    this.#underWay.add(sending);
    return sending;
  }

  /** Never rejects. */
  async #append(batch: Batch | null): Promise<void> {
    const { log, holder, onCopied } = this.#options;
    try {
      const isTaken = await log.append({ holder, afterId: this.#afterId, batch });
      if (this.#isOver) return;
      if (!isTaken) return this.#end({ type: 'copy.refused' });
      if (batch !== null) onCopied(batch.id);
    } catch (error) {
      this.#end({ type: 'copy.failed', reason: reasonOf(error) });
    }
  }

  #end(fact: CopyFact): void {
    if (this.#isOver) return;
    this.stop();
    this.#options.tell(fact);
  }

  async #trim(): Promise<void> {
    const { log, holder, trimTo } = this.#options;
    const firstKept = trimTo();
    if (firstKept === this.#trimmedTo) return;
    await log.trim({ holder, before: sequenceOf(firstKept) });
    this.#trimmedTo = firstKept;
  }

  /** Resolves when something was committed or taken; after a while without, the log is asked whose it is. */
  async #arrival(): Promise<void> {
    let confirming: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#isOver || (this.#isDraining && this.#underWay.size === 0)) return resolve();
      confirming = setTimeout(() => {
        if (this.#underWay.size === 0) void this.#send(null);
      }, CONFIRM_MS).unref();
    });
    clearTimeout(confirming);
    this.#wake = () => undefined;
  }
}
