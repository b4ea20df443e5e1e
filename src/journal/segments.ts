import type { AtomicFiles } from '../storage/atomic-files.ts';
import type { LogFile } from '../storage/log-file.ts';
import { sequenceOf } from './event-id.ts';
import type { Owed } from './journal-options.ts';
import { readId } from './event-line.ts';
import { noteLogStart } from './log-start.ts';
import { Segment } from './segment.ts';

export interface SegmentsState {
  files: AtomicFiles;
  /** Key of the folder that holds the segments. */
  folder: string;
  sealed: Segment[];
  active: Segment;
  /** From here on no sequence is missing: the range in which a reader can resume. */
  rangeStart: number;
}

export interface HeldFile {
  path: string;
  file: LogFile;
  /** What of it is on disk. */
  bytes: number;
  release: () => Promise<void>;
}

export interface TrimOptions {
  /** Bytes to keep at most, the active segment included. */
  limit: number;
  /** Awaited before a segment is removed: whoever still needs its lines copies them now. */
  beforeDrop: () => Promise<void>;
  owed?: Owed | undefined;
}

/** Segments with lines that somebody is still to be told of are kept up to so many times the limit. */
const OWED_FACTOR = 2;

export const ACTIVE_NAME = 'events.jsonl';

/** The files of the journal, oldest first; the last one grows. */
export class Segments {
  readonly #files: AtomicFiles;
  readonly #folder: string;
  readonly #rangeStart: number;
  #sealed: Segment[];
  #active: Segment;
  #trimming: Promise<void> = Promise.resolve();

  constructor(state: SegmentsState) {
    this.#files = state.files;
    this.#folder = state.folder;
    this.#sealed = state.sealed;
    this.#active = state.active;
    this.#rangeStart = state.rangeStart;
  }

  get active(): Segment {
    return this.#active;
  }

  get count(): number {
    return this.#sealed.length + 1;
  }

  get bytes(): number {
    return this.#sealed.reduce((sum, segment) => sum + segment.bytes, this.#active.bytes);
  }

  hold(): HeldFile[] {
    const filled = this.all().filter((segment) => !segment.isEmpty);
    return filled.map((segment) => {
      segment.acquire();
      const path = this.#files.pathOf(segment.key);
      return { path, file: segment.file, bytes: segment.bytes, release: () => segment.release() };
    });
  }

  /** The first line from which a reader can resume without a gap; null when there is none yet. */
  get oldestId(): string | null {
    return this.all().find(({ firstSequence }) => firstSequence >= this.#rangeStart)?.firstId ?? null;
  }

  /** Takes note of committed lines at the end of the active segment. */
  grow(lines: Buffer, lastId: string): void {
    if (lines.length === 0) return;
    if (this.#active.isEmpty) this.#active.firstId = readId(lines, 0);
    this.#active.bytes += lines.length;
    this.#active.lastSequence = sequenceOf(lastId);
  }

  /**
   * Renames the full segment after its first line and opens the next one. The active one must not be empty. Throws
   * what the disk throws; the active segment is then still in use, under whichever name it has, and can be sealed later.
   */
  async seal(): Promise<LogFile> {
    const full = this.#active;
    await full.file.truncate(full.bytes); // gives back what was preallocated
    const key = sealedKey(this.#folder, full);
    await this.#files.rename(full.key, key);
    full.key = key;
    const place = { folder: this.#folder, firstSequence: full.lastSequence + 1 };
    this.#active = await createActive(this.#files, place);
    this.#sealed.push(full);
    if (this.#sealed.length === 1) await this.#noteStart(full);
    return this.#active.file;
  }

  /** Drops the oldest segments until the rest is within the limit. One trim runs at a time. */
  trim(options: TrimOptions): Promise<void> {
    const trimmed = this.#trimming.then(() => this.#trim(options));
    this.#trimming = trimmed.catch(() => undefined); // the caller hears of it; the next trim starts all the same
    return trimmed;
  }

  /** The segment that holds a sequence, or the first one behind it. */
  at(sequence: number): Segment | undefined {
    return this.all().find((segment) => segment.lastSequence >= sequence || segment === this.#active);
  }

  /** The segment after a given one, which may itself be gone. */
  after(segment: Segment): Segment | undefined {
    return this.all().find(({ firstSequence }) => firstSequence > segment.firstSequence);
  }

  all(): Segment[] {
    return [...this.#sealed, this.#active];
  }

  async close(): Promise<void> {
    await this.#trimming;
    await Promise.all(this.all().map((segment) => segment.release()));
  }

  async #trim({ limit, beforeDrop, owed }: TrimOptions): Promise<void> {
    if (this.bytes <= limit || this.#sealed.length === 0) return;
    await beforeDrop();
    while (this.bytes > limit) {
      const [oldest] = this.#sealed;
      if (oldest === undefined) return;
      if ((owed?.from() ?? Infinity) <= oldest.lastSequence) {
        if (this.bytes <= limit * OWED_FACTOR) return;
        await owed?.giveUp(oldest.lastSequence);
      }
      await this.#noteStart(this.#sealed[1] ?? this.#active);
      await this.#files.remove(oldest.key);
      this.#sealed.shift();
      await oldest.release();
    }
  }

  /** Without it a lost segment cannot be told from one that was dropped, which is no reason to stop. */
  async #noteStart({ firstSequence }: Segment): Promise<void> {
    await noteLogStart(this.#files, this.#folder, firstSequence).catch(() => undefined);
  }
}

export function sealedKey(folder: string, segment: Pick<Segment, 'firstId'>): string {
  return `${folder}:events-${segment.firstId}.jsonl`;
}

export async function createActive(
  files: AtomicFiles,
  { folder, firstSequence }: { folder: string; firstSequence: number },
): Promise<Segment> {
  const key = `${folder}:${ACTIVE_NAME}`;
  const file = await files.open(key);
  return new Segment({ key, file, firstSequence, firstId: null, lastSequence: firstSequence - 1, bytes: 0 });
}
