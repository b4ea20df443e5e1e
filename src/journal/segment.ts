import { findLine } from '../storage/line-search.ts';
import { readRange, type LogFile } from '../storage/log-file.ts';
import { EVENT_ID_LENGTH, formatEventId, parseEventId } from './event-id.ts';
import { ID_OFFSET, readId } from './event-line.ts';

export interface SegmentState {
  key: string;
  file: LogFile;
  /** Sequence of the first line, or of the one that will be. */
  firstSequence: number;
  /** Id of the first line; null while there is none. */
  firstId: string | null;
  /** One less than `firstSequence` while there is no line. */
  lastSequence: number;
  /** End of the last committed line. */
  bytes: number;
}

/**
 * One file of the journal. Whoever reads holds it by `acquire`, so that it stays readable when it is renamed or
 * dropped meanwhile; its descriptor is closed when it was let go and nobody reads it.
 */
export class Segment {
  key: string;
  /** Counts how often the file was replaced: offsets are those of one version. */
  version = 0;
  readonly firstSequence: number;
  firstId: string | null;
  lastSequence: number;
  bytes: number;
  #file: LogFile;
  readonly #replaced: LogFile[] = [];
  #users = 1;

  constructor(state: SegmentState) {
    this.key = state.key;
    this.#file = state.file;
    this.firstSequence = state.firstSequence;
    this.firstId = state.firstId;
    this.lastSequence = state.lastSequence;
    this.bytes = state.bytes;
  }

  get file(): LogFile {
    return this.#file;
  }

  get isEmpty(): boolean {
    return this.bytes === 0;
  }

  acquire(): void {
    this.#users += 1;
  }

  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    await Promise.all([...this.#replaced, this.#file].map((file) => file.close()));
  }

  /** Goes on with another file, which holds the same lines. */
  replaceFile(file: LogFile, bytes: number): void {
    this.#replaced.push(this.#file);
    this.#file = file;
    this.bytes = bytes;
    this.version += 1;
  }

  /** Where the line of a sequence starts; the end of the file for the next one to come. Null when damaged. */
  async offsetOf(sequence: number): Promise<number | null> {
    if (sequence === this.firstSequence) return 0;
    if (sequence === this.lastSequence + 1) return this.bytes;
    const { file, bytes: size, firstSequence: first, lastSequence: last } = this;
    return findLine({ file, size, first, last, digitsAt: ID_OFFSET }, sequence);
  }

  /** The id of the line of a sequence; null when there is none. */
  async idAt(sequence: number): Promise<string | null> {
    if (sequence < this.firstSequence || sequence > this.lastSequence) return null;
    const offset = await this.offsetOf(sequence).catch(() => null);
    if (offset === null) return null;
    const head = await readRange(this.file, { from: offset, to: offset + ID_OFFSET + EVENT_ID_LENGTH });
    const id = parseEventId(readId(head, 0));
    return id?.sequence === sequence ? formatEventId(id) : null;
  }
}
