import { Batch, type Write } from './batch.ts';
import { createDeferred } from './deferred.ts';
import { writeAll, type LogFile } from './log-file.ts';

/** What became part of the file in one write, in the order in which it was appended. */
export interface Commit<Note> {
  readonly bytes: Buffer;
  /** Notes that were passed between the texts; `offset` is where in `bytes` they belong. */
  readonly notes: readonly { offset: number; note: Note }[];
  /** The last mark of the texts in this commit; undefined when it holds notes only. */
  readonly mark: string | undefined;
}

export interface AppendLogOptions<Note> {
  file: LogFile;
  /** Where the file ends. The log is its only writer. */
  size: number;
  /** Called for each commit, in order, before those who wait for it. Must not throw. */
  onCommit?: (commit: Commit<Note>) => void;
  /** A write failed (the log has truncated the file and tries again), or the log writes again (null). */
  onStall?: (error: unknown) => void;
  /** A sync failed: what is on disk is unknown and nothing will be committed again. The process must end. */
  onFatal: (error: unknown) => void;
  /** Asked between two writes once the file holds `rotateAt` bytes, all synced; null keeps the file. Must not reject. */
  rotate?: () => Promise<LogFile | null>;
  rotateAt?: number;
  /** So long behind a write what comes waits for more to go with it, unless it is to be synced or somebody waits for it. */
  gatherMs?: number;
  delay?: (milliseconds: number) => Promise<unknown>;
}

interface Waiter {
  target: number;
  promise: Promise<boolean>;
  resolve: (isCommitted: boolean) => void;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2_000;
/** A batch that grows beyond what it was made for is copied: it is made for more than the last one held. */
const SPARE_SHARE = 1.5;
const NOTHING: Write = () => undefined;

/**
 * A file that only grows, with group commit: one write is in flight, whatever is appended meanwhile is the next one.
 *
 * Guarantees
 * - Commits happen in the order of `append` and `pass`, each text whole or not at all.
 * - A commit never fails upwards: after a write error the file is cut back to the last commit and the same write is
 *   tried again for as long as it takes.
 */
export class AppendLog<Note = never> {
  readonly #options: AppendLogOptions<Note>;
  #file: LogFile;
  #size: number;
  #queue: Batch<Note>[] = [];
  #pendingBytes = 0;
  #lastBytes = 0;
  #appended = 0;
  #committed = 0;
  #waiters: Waiter[] = [];
  #isDraining = false;
  #gathering: NodeJS.Timeout | null = null;
  #gatherUntil = 0;
  #wantRotation: (() => void)[] = [];

  constructor(options: AppendLogOptions<Note>) {
    this.#options = options;
    this.#file = options.file;
    this.#size = options.size;
  }

  /** Bytes committed to the current file. */
  get size(): number {
    return this.#size;
  }

  /** Bytes appended and not committed yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** `sync`: the commit waits until the disk has it. */
  append(write: Write, { sync }: { sync: boolean }): void {
    const batch = this.#openBatch();
    const before = batch.length;
    batch.add(write, sync);
    this.#pendingBytes += batch.length - before;
    this.#count();
  }

  /** Sends a note through the queue: it arrives with the commit, in its place, and is not written. */
  pass(note: Note): void {
    this.#openBatch().pass(note);
    this.#count();
  }

  /** Resolves once everything appended so far is committed. Never rejects. */
  async committed(): Promise<void> {
    const target = this.#appended;
    while (!(await this.#tried(target)));
  }

  /** The same, but false when a write on the way there fails, and waits until it can be repeated. Never rejects. */
  tried(): Promise<boolean> {
    return this.#tried(this.#appended);
  }

  /** Resolves once the disk has everything appended so far. */
  synced(): Promise<void> {
    this.append(NOTHING, { sync: true });
    return this.committed();
  }

  /** Goes on in the next file now, however much this one holds; it may refuse, as it may when it is full. */
  rotateNow(): Promise<void> {
    const tried = new Promise<void>((resolve) => this.#wantRotation.push(resolve));
    this.append(NOTHING, { sync: true });
    return tried;
  }

  /** Commits what is pending, then closes the file. */
  async close(): Promise<void> {
    await this.committed();
    await this.#file.close();
  }

  #tried(target: number): Promise<boolean> {
    if (this.#committed >= target) return Promise.resolve(true);
    const last = this.#waiters.at(-1);
    if (last?.target === target) return last.promise;
    const { promise, resolve } = createDeferred<boolean>();
    this.#waiters.push({ target, promise, resolve });
    this.#schedule();
    return promise;
  }

  #openBatch(): Batch<Note> {
    const open = this.#queue.at(-1);
    if (open?.isFull === false) return open;
    const batch = new Batch<Note>(this.#lastBytes * SPARE_SHARE);
    this.#queue.push(batch);
    return batch;
  }

  #count(): void {
    this.#appended += 1;
    this.#schedule();
  }

  #schedule(): void {
    const [next] = this.#queue;
    if (this.#isDraining || next === undefined) return;
    if (!this.#isDue(next)) return this.#gather();
    this.#isDraining = true;
    // Not at once: whatever is appended in the same turn of the event loop goes into the same write.
    setImmediate(() => void this.#drain());
  }

  #isDue(batch: Batch<Note>): boolean {
    if (batch.sync || batch.isFull || this.#waiters.length > 0) return true;
    return this.#gathering === null && performance.now() >= this.#gatherUntil;
  }

  #gather(): void {
    const wait = Math.max(0, this.#gatherUntil - performance.now()); // of a negative one Node.js 24 warns
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#schedule();
    }, wait);
  }

  async #drain(): Promise<void> {
    for (let [batch] = this.#queue; batch !== undefined && this.#isDue(batch); [batch] = this.#queue) {
      this.#queue.shift();
      this.#gatherUntil = performance.now() + (this.#options.gatherMs ?? 0);
      const { bytes } = batch;
      await this.#write(bytes);
      if (batch.sync && !(await this.#sync())) return;
      this.#announce(batch, bytes);
      if (!(await this.#rotateWhenFull())) return;
    }
    this.#isDraining = false;
    this.#schedule();
  }

  async #write(bytes: Buffer): Promise<void> {
    for (let attempt = 0; bytes.length > 0; attempt += 1) {
      try {
        if (attempt > 0) await this.#file.truncate(this.#size);
        await writeAll(this.#file, { bytes, position: this.#size });
        if (attempt > 0) this.#options.onStall?.(null);
        return;
      } catch (error) {
        await this.#stall(error, attempt);
      }
    }
  }

  /** Cuts back at once, so that the room which a torn write took is free again while the log waits. */
  async #stall(error: unknown, attempt: number): Promise<void> {
    await this.#file.truncate(this.#size).catch(() => undefined); // tried again before the next write
    this.#options.onStall?.(error);
    for (const { resolve } of this.#waiters.splice(0)) resolve(false);
    const delay = this.#options.delay ?? sleep;
    await delay(Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS));
  }

  async #sync(): Promise<boolean> {
    try {
      await this.#file.datasync();
      return true;
    } catch (error) {
      this.#options.onFatal(error);
      return false;
    }
  }

  #announce({ count, notes, mark }: Batch<Note>, bytes: Buffer): void {
    this.#lastBytes = bytes.length;
    this.#size += bytes.length;
    this.#pendingBytes -= bytes.length;
    this.#committed += count;
    this.#options.onCommit?.({ bytes, notes, mark });
    const waiters = this.#waiters.splice(0);
    for (const waiter of waiters) {
      if (waiter.target > this.#committed) this.#waiters.push(waiter);
      else waiter.resolve(true);
    }
  }

  /** False when the full file could not be synced. */
  async #rotateWhenFull(): Promise<boolean> {
    const { rotate, rotateAt = Infinity } = this.#options;
    const wanting = this.#wantRotation.splice(0);
    if (rotate === undefined || (this.#size < rotateAt && wanting.length === 0)) return true;
    if (!(await this.#sync())) return false;
    const next = await rotate();
    if (next !== null) [this.#file, this.#size] = [next, 0];
    for (const resolve of wanting) resolve();
    return true;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
