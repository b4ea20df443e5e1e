import { AppendLog, type Commit } from '../storage/append-log.ts';
import type { LogFile } from '../storage/log-file.ts';
import { Reserve } from '../storage/reserve.ts';
import { formatEventId, parseEventId, sequenceOf } from './event-id.ts';
import type { JournalEntry, StoredLine } from './event-line.ts';
import { EventStamps } from './event-stamps.ts';
import type { CommittedLines, Finding, JournalOptions, PartialBody, PassedEvent } from './journal-options.ts';
import { LineReader, type LineReaderOptions } from './line-reader.ts';
import { Mender } from './mend-segment.ts';
import { openSegments, type OpenedSegments } from './open-segments.ts';
import { replayLines } from './replay.ts';
import type { Segment } from './segment.ts';
import type { HeldFile, Segments } from './segments.ts';

const EVENT_LOG_BYTES = 1 << 30;
const SEGMENT_BYTES = 64 << 20;
/** Writing costs the same for one event as for many. */
const GATHER_MS = 1;
const NOT_UNDERSTOOD = 'Some of its lines are no events that this engine knows; they were left out.';

/** Opens the log of a home, cuts what nobody can have seen, and sets aside what is damaged. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { minimumSequence = 0 } = options;
  const stamps = new EventStamps(options);
  const opened = await openSegments({ ...options, minimumSequence, tag: stamps.tag });
  stamps.continueAfter(opened.headId);
  return new Journal(options, { stamps, ...opened });
}

/**
 * The one log of everything that happened.
 *
 * Guarantees
 * - Ids are assigned in the order of `append`, without gaps; string order is event order.
 * - A group is on disk whole or not at all, and a listener of `onCommit` sees it only when it is there.
 * - A commit happens or it waits: no error reaches those who append.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #segments: Segments;
  readonly #log: AppendLog<PassedEvent>;
  readonly #reserve: Reserve;
  readonly #originId: string;
  readonly #stamps: EventStamps;
  readonly #listeners = new Set<(lines: CommittedLines) => void>();
  readonly #mender: Mender;
  #committedId: string;

  constructor(options: JournalOptions, opened: OpenedSegments & { stamps: EventStamps }) {
    this.#options = options;
    this.#segments = opened.segments;
    this.#originId = opened.originId;
    this.#committedId = opened.headId;
    this.#stamps = opened.stamps;
    this.#reserve = new Reserve(options);
    this.#log = this.#openLog();
    const { files, onDamage } = options;
    const sealActive = () => this.#log.rotateNow();
    this.#mender = new Mender({ segments: this.#segments, sealActive, files, onDamage });
  }

  /** The last id that was assigned; before the first event, the id just before it. */
  get headId(): string {
    return this.#stamps.headId;
  }

  /** The last id that is on disk. */
  get committedId(): string {
    return this.#committedId;
  }

  /** The first id that a reader can still get. */
  get oldestId(): string {
    return this.#segments.oldestId ?? this.#originId;
  }

  /** The id just before the first line that a reader can still get. */
  get startId(): string {
    const oldest = parseEventId(this.#segments.oldestId ?? '');
    return oldest === null ? this.#originId : formatEventId({ ...oldest, sequence: oldest.sequence - 1 });
  }

  /** The disk has no room for more than what is already on its way. */
  get isStorageLow(): boolean {
    return this.#reserve.isLow;
  }

  /** Why, unless the disk is full. */
  get storageTrouble(): { reason?: string } {
    return this.#reserve.trouble;
  }

  /** Bytes appended and not yet on disk. */
  get pendingBytes(): number {
    return this.#log.pendingBytes;
  }

  get bytes(): number {
    return this.#segments.bytes;
  }

  get segmentCount(): number {
    return this.#segments.count;
  }

  /** The files of the log with what of each is on disk, held so that they stay as they are until they are released. */
  hold(): HeldFile[] {
    return this.#segments.hold();
  }

  /** Appends one group and returns the id of its last line. `sync`: its commit waits until the disk has it. */
  append(entries: readonly JournalEntry[], { sync }: { sync: boolean }): string {
    if (entries.length > 0) this.#log.append((into) => this.#stamps.encode(entries, into), { sync });
    return this.headId;
  }

  /** Sends a live event to the listeners of `onCommit`, after everything appended before it. It is not stored. */
  pass(event: PartialBody): void {
    if (this.isStorageLow) return; // they would pile up behind a commit that waits
    this.#log.pass({ ...event, id: this.headId, ts: this.#stamps.now() });
  }

  /** Resolves once everything appended so far is on disk. Never rejects. */
  committed(): Promise<void> {
    return this.#log.committed();
  }

  /** The same, but false when that waits for room on the disk. Never rejects. */
  tried(): Promise<boolean> {
    return this.#log.tried();
  }

  /** Whether a reader that has seen everything up to `id` can go on behind it. */
  async find(id: string): Promise<Finding> {
    const wanted = parseEventId(id);
    if (wanted === null) return 'malformed';
    if (id === this.#committedId) return 'found';
    const oldest = sequenceOf(this.oldestId);
    if (id === this.#originId && wanted.sequence + 1 === oldest) return 'found';
    if (wanted.sequence < oldest) return 'expired';
    if (wanted.sequence > sequenceOf(this.#committedId)) return 'unknown';
    return this.#findLine(id, wanted.sequence);
  }

  /** Committed lines behind `after`, parsed, in order; from the oldest kept one with null. For folding at boot. */
  replay(after: string | null): AsyncIterable<StoredLine[]> {
    const next = after === null ? 0 : sequenceOf(after) + 1;
    const onUnreadable = (key: string) => this.#options.onTrouble?.(new Error(`${key}: ${NOT_UNDERSTOOD}`));
    return replayLines(this.#read(next), { next, onUnreadable });
  }

  /** Committed lines behind `after` as raw blocks. The caller closes the reader. */
  readAfter(after: string, reading?: Partial<LineReaderOptions>): LineReader {
    return this.#read(sequenceOf(after) + 1, reading);
  }

  /** Listeners are called in commit order, at once, and must not throw. */
  onCommit(listener: (lines: CommittedLines) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onStorageChange(listener: (isLow: boolean) => void): () => void {
    return this.#reserve.onChange(listener);
  }

  /** From now on ids carry another tag: the clock jumped, so this may be a copy of a machine that goes on elsewhere. */
  newIncarnation(): void {
    this.#stamps.newTag();
  }

  /** Puts everything on disk, then lets go of the files. */
  async close(): Promise<void> {
    await this.#log.synced();
    this.#reserve.close();
    await this.#segments.close();
  }

  #openLog(): AppendLog<PassedEvent> {
    const { active } = this.#segments;
    const { delay, onFatal } = this.#options;
    this.#reserve.follow(active.file.descriptor, active.bytes);
    return new AppendLog<PassedEvent>({
      file: active.file,
      size: active.bytes,
      rotateAt: this.#segmentBytes(),
      gatherMs: GATHER_MS,
      rotate: () => this.#rotate(),
      onCommit: (commit) => this.#announce(commit),
      onStall: (error) => this.#stall(error),
      onFatal,
      ...(delay === undefined ? {} : { delay }),
    });
  }

  #announce({ bytes, notes, mark }: Commit<PassedEvent>): void {
    if (mark !== undefined) {
      this.#segments.grow(bytes, mark);
      this.#committedId = mark;
      this.#reserve.grow(this.#segments.active.bytes);
    }
    for (const listener of this.#listeners) listener({ bytes, passed: notes });
  }

  #stall(error: unknown): void {
    if (error !== null) this.#options.onTrouble?.(error);
    else this.#reserve.follow(this.#segments.active.file.descriptor, this.#segments.active.bytes);
    this.#reserve.stall(error);
  }

  async #rotate(): Promise<LogFile | null> {
    try {
      const file = await this.#segments.seal();
      this.#reserve.follow(file.descriptor, 0);
      void this.#trim();
      return file;
    } catch (error) {
      this.#options.onTrouble?.(error);
      return null;
    }
  }

  /** Leaves room for the segment that has just begun. */
  async #trim(): Promise<void> {
    const { eventLogBytes = EVENT_LOG_BYTES, owed, onTrouble } = this.#options;
    const { beforeDrop = () => Promise.resolve() } = this.#options;
    const limit = eventLogBytes - this.#segmentBytes();
    await this.#segments.trim({ limit, beforeDrop, owed }).catch((error: unknown) => onTrouble?.(error));
  }

  #segmentBytes(): number {
    const { eventLogBytes = EVENT_LOG_BYTES, segmentBytes = SEGMENT_BYTES } = this.#options;
    return Math.min(segmentBytes, Math.ceil(eventLogBytes / 4));
  }

  async #findLine(id: string, sequence: number): Promise<Finding> {
    const segment = this.#segments.at(sequence);
    if (segment === undefined) return 'unknown';
    segment.acquire();
    const there = await this.#mender.idAt(segment, sequence).finally(() => segment.release());
    return there === id ? 'found' : 'unknown';
  }

  #read(next: number, reading: Partial<LineReaderOptions> = {}): LineReader {
    const mend = (segment: Segment, version: number) => this.#mender.mend(segment, version);
    return new LineReader(this.#segments, { ...reading, next, mend });
  }
}
