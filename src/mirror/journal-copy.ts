import type { CopyFact } from '../../machines/mirror.setup.ts';
import { formatEventId, sequenceOf } from '../journal/event-id.ts';
import { readId } from '../journal/event-line.ts';
import type { LineReader } from '../journal/line-reader.ts';
import { GroupSplitter } from './group-splitter.ts';
import type { Batch, Group, Holder, SharedLog } from './shared-log.ts';

/** What copying needs of the journal. */
export interface CopiedJournal {
  readonly committedId: string;
  readonly oldestId: string;
  readAfter(id: string): LineReader;
  onCommit(listener: () => void): () => void;
}

export interface JournalCopyOptions {
  journal: CopiedJournal;
  log: SharedLog;
  holder: Holder;
  /** Where the log ends; null when it is empty. */
  headId: string | null;
  tell: (fact: CopyFact) => void;
  /** Everything up to the end of this group is in the log. */
  onCopied: (group: Group) => void;
}

/** What is under way at a time, in all. */
const WINDOW_BYTES = 4 << 20;
const WINDOW_BATCHES = 16;
/** Further behind than so many events is more than what was written a moment ago. */
const BEHIND = 1000;
/** A log that is written to by nobody is asked so often whose it is. */
const CONFIRM_MS = 5_000;
/** An id before every event. */
const NOTHING = formatEventId({ sequence: 0, tag: '00000000' });

/**
 * Copies the journal into the shared log from a given event on, until it is stopped, refused or fails.
 *
 * Guarantees
 * - Groups arrive whole and in order: several batches are under way, and none is taken without the one before it.
 * - Memory is bounded, however far behind it is: the journal is read only as fast as the log takes it.
 */
export class JournalCopy {
  readonly #options: JournalCopyOptions;
  readonly #splitter = new GroupSplitter();
  readonly #reader: LineReader;
  readonly #stopListening: () => void;
  readonly #underWay = new Set<Promise<void>>();
  #bytesUnderWay = 0;
  /** The last event that was sent, taken or not yet. */
  #sentId: string;
  /** Everything up to here was read. */
  #readSequence: number;
  #trimmedTo = '';
  #isCaughtUp = false;
  #isDraining = false;
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(options: JournalCopyOptions) {
    this.#options = options;
    this.#sentId = options.headId ?? NOTHING;
    this.#readSequence = sequenceOf(this.#sentId);
    this.#reader = options.journal.readAfter(this.#sentId);
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
      this.#end({ type: 'copy.failed', reason: error instanceof Error ? error.message : String(error) });
    } finally {
      await this.#reader.close();
    }
  }

  async #step(): Promise<void> {
    const { committedId } = this.#options.journal;
    const block = await this.#reader.read();
    if (block !== null) return this.#take(block);
    if (this.#underWay.size > 0 && !this.#isOver) this.#noteProgress(committedId);
    if (this.#underWay.size === 0) {
      if (!this.#isCaughtUp) this.#options.tell({ type: 'copy.caughtUp' });
      this.#isCaughtUp = true;
      await this.#trim();
      if (this.#isDraining) return this.#end({ type: 'copy.drained' });
    }
    if (this.#options.journal.committedId === committedId) await this.#arrival();
  }

  async #take(block: Buffer): Promise<void> {
    const firstId = readId(block, 0);
    if (sequenceOf(firstId) > this.#readSequence + 1) this.#noteGap(firstId);
    const groups = this.#splitter.take(block);
    const last = groups.at(-1);
    this.#readSequence = sequenceOf(readId(block, block.lastIndexOf(NEWLINE, block.length - 2) + 1));
    if (last === undefined) return;
    this.#noteProgress(this.#options.journal.committedId);
    this.#send({ holder: this.#options.holder, afterId: this.#afterId, groups }, block.length);
    this.#sentId = last.id;
    while (this.#isFull && !this.#isOver) await Promise.race(this.#underWay);
  }

  get #isFull(): boolean {
    return this.#bytesUnderWay > WINDOW_BYTES || this.#underWay.size >= WINDOW_BATCHES;
  }

  get #afterId(): string | null {
    return this.#sentId === NOTHING ? null : this.#sentId;
  }

  /** A log that begins with what is the oldest here has no gap. */
  #noteGap(nextId: string): void {
    this.#splitter.reset();
    if (this.#sentId === NOTHING) return;
    this.#options.tell({ type: 'copy.gapFound', afterId: this.#sentId, nextId });
  }

  #noteProgress(committedId: string): void {
    if (!this.#isCaughtUp || sequenceOf(committedId) - sequenceOf(this.#sentId) <= BEHIND) return;
    this.#isCaughtUp = false;
    this.#options.tell({ type: 'copy.fellBehind' });
  }

  #send(batch: Batch, length: number): void {
    this.#bytesUnderWay += length;
    const sending: Promise<void> = this.#append(batch).finally(() => {
      this.#underWay.delete(sending);
      this.#bytesUnderWay -= length;
      this.#wake();
    });
    this.#underWay.add(sending);
  }

  /** Never rejects. */
  async #append(batch: Batch): Promise<void> {
    try {
      const isTaken = await this.#options.log.append(batch);
      if (this.#isOver) return;
      if (!isTaken) return this.#end({ type: 'copy.refused' });
      const last = batch.groups.at(-1);
      if (last !== undefined) this.#options.onCopied(last);
    } catch (error) {
      this.#end({ type: 'copy.failed', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #end(fact: CopyFact): void {
    if (this.#isOver) return;
    this.stop();
    this.#options.tell(fact);
  }

  /** The log keeps what the journal keeps. */
  async #trim(): Promise<void> {
    const { journal, log, holder } = this.#options;
    const { oldestId } = journal;
    if (oldestId === this.#trimmedTo) return;
    await log.trim({ holder, before: sequenceOf(oldestId) });
    this.#trimmedTo = oldestId;
  }

  /** Resolves when something was committed or taken; after a while without, the log is asked whose it is. */
  async #arrival(): Promise<void> {
    let confirming: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#isOver || (this.#isDraining && this.#underWay.size === 0)) return resolve();
      confirming = setTimeout(() => {
        if (this.#underWay.size === 0) this.#send({ ...this.#confirmation, groups: [] }, 0);
      }, CONFIRM_MS).unref();
    });
    clearTimeout(confirming);
    this.#wake = () => undefined;
  }

  get #confirmation(): Pick<Batch, 'holder' | 'afterId'> {
    return { holder: this.#options.holder, afterId: this.#afterId };
  }
}

const NEWLINE = 0x0a;
