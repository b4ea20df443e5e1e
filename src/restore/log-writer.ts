import { join } from 'node:path';
import { sequenceOf } from '../journal/event-id.ts';
import { readId } from '../journal/event-line.ts';
import { ACTIVE_NAME, sealedKey } from '../journal/segments.ts';
import type { Batch } from '../mirror/shared-log.ts';
import type { AtomicFiles } from '../storage/atomic-files.ts';
import { openLogFile, writeAll, type LogFile } from '../storage/log-file.ts';

export interface LogWriterOptions {
  files: AtomicFiles;
  /** Key of the folder in which the segments are written. */
  folder: string;
  segmentBytes: number;
}

/** A segment that was begun elsewhere. */
export interface BegunSegment {
  firstId: string;
  lastId: string;
  bytes: number;
}

/** What is written at a time. */
const PIECE_BYTES = 1 << 20;

/** Writes batches as the files of a journal: a segment has no gap, so behind one the next begins. */
export class LogWriter {
  readonly #options: LogWriterOptions;
  #file: LogFile | null = null;
  #firstId: string;
  #bytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** The last event that was written; empty before the first one. */
  lastId: string;

  constructor(options: LogWriterOptions, begun: BegunSegment = { firstId: '', lastId: '', bytes: 0 }) {
    this.#options = options;
    this.#firstId = begun.firstId;
    this.#bytes = begun.bytes;
    this.lastId = begun.lastId;
  }

  async add({ id, lines }: Batch): Promise<void> {
    const firstId = readId(lines, 0);
    const isNext = this.lastId === '' || sequenceOf(firstId) === sequenceOf(this.lastId) + 1;
    if (!isNext || this.#bytes + this.#pendingBytes >= this.#options.segmentBytes) await this.#seal();
    this.#firstId ||= firstId;
    this.lastId = id;
    this.#pending.push(lines);
    this.#pendingBytes += lines.length;
    if (this.#pendingBytes >= PIECE_BYTES) await this.#flush();
  }

  /** Everything is on disk when this resolves. */
  async close(): Promise<void> {
    await this.#flush();
    await this.#release();
  }

  async #seal(): Promise<void> {
    const { files, folder } = this.#options;
    await this.close();
    if (this.#bytes > 0)
      await files.rename(`${folder}:${ACTIVE_NAME}`, sealedKey(folder, { firstId: this.#firstId }));
    this.#firstId = '';
    this.#bytes = 0;
  }

  async #flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const { files, folder } = this.#options;
    this.#file ??= await openLogFile(join(files.pathOf(folder), ACTIVE_NAME));
    const bytes = Buffer.concat(this.#pending.splice(0));
    this.#pendingBytes = 0;
    await writeAll(this.#file, { bytes, position: this.#bytes });
    this.#bytes += bytes.length;
  }

  async #release(): Promise<void> {
    await this.#file?.datasync();
    await this.#file?.close();
    this.#file = null;
  }
}
