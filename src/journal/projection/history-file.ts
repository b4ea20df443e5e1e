import type { AgentEvent } from '../../contract/agent-event.ts';
import type { HistoryMark } from '../../contract/records.ts';
import { AppendLog } from '../../storage/append-log.ts';
import type { ByteWriter } from '../../storage/byte-writer.ts';
import { readLines, type LineRange } from '../../storage/line-search.ts';
import { DIGITS_OFFSET, encodeHistoryLine, parseHistoryLine } from './history-line.ts';
import type { SoundHistory } from './history-rebuild.ts';

export interface HistoryFileOptions {
  /** Only up to this id of the journal can an event come twice. */
  replayedUntil: string;
  onFatal: (error: unknown) => void;
}

/** More at a time, unless it is one line, may not fit into memory, or into a string. */
const READ_BYTES = 64 << 20;

/** Lines that were asked for are not there as they were written. */
export class HistoryDamagedError extends Error {
  override readonly name = 'HistoryDamagedError';
}

/** The history of one chat, open. What is not written yet is part of it. */
export class HistoryFile {
  readonly #options: HistoryFileOptions;
  readonly #sound: SoundHistory;
  readonly #log: AppendLog;
  /** Lines behind the last committed one. */
  #pending: string[] = [];
  #count: number;
  #lastId: string | null;
  #isDirty = true;

  constructor(sound: SoundHistory, options: HistoryFileOptions) {
    this.#options = options;
    this.#sound = sound;
    this.#count = sound.count;
    this.#lastId = sound.lastId;
    this.#log = new AppendLog({
      file: sound.file,
      size: sound.bytes,
      onCommit: ({ mark }) => this.#pending.splice(0, Number(mark) - this.#committedCount()),
      onFatal: options.onFatal,
    });
  }

  get count(): number {
    return this.#count;
  }

  get isIdle(): boolean {
    return this.#pending.length === 0;
  }

  append(id: string, events: readonly AgentEvent[]): void {
    if (this.#lastId !== null && id <= this.#lastId && id <= this.#options.replayedUntil) return;
    for (const event of events)
      this.#add(encodeHistoryLine({ number: ++this.#count, id, event: JSON.stringify(event) }));
    this.#lastId = id;
    this.#isDirty = true;
  }

  /** The events of whole lines, as JSON, from one number to another; the last of them where all are too long. Throws `HistoryDamagedError`. */
  async read(range: LineRange): Promise<string[]> {
    const { first, text } = await this.#readText(range).catch((error: unknown) => {
      throw new HistoryDamagedError('The lines cannot be found.', { cause: error });
    });
    const lines = text.split('\n').slice(0, -1).map(parseHistoryLine);
    const isWhole = lines.every((line, index) => line?.number === first + index);
    if (!isWhole || lines.length !== range.last - first + 1)
      throw new HistoryDamagedError(`Lines ${first} to ${range.last} are not as they were written.`);
    return lines.map((line) => line?.event ?? '');
  }

  /** Puts everything on disk; tells how much that is, null when nothing was to be done. */
  async sync(): Promise<HistoryMark | null> {
    if (!this.#isDirty) return null;
    this.#isDirty = false;
    const mark = { count: this.#count, lastId: this.#lastId };
    await this.#log.synced();
    return mark;
  }

  /** Like `sync`, and lets go of the file. */
  async close(): Promise<HistoryMark | null> {
    const mark = await this.sync();
    await this.#log.close();
    return mark;
  }

  async #readText({ first, last }: LineRange): Promise<{ first: number; text: string }> {
    const committed = this.#committedCount();
    const { file } = this.#sound;
    const lines = { file, size: this.#log.size, first: 1, last: committed, digitsAt: DIGITS_OFFSET };
    const pending = this.#pending
      .slice(Math.max(0, first - committed - 1), Math.max(0, last - committed))
      .join('');
    if (first > committed) return { first, text: pending };
    const read = await readLines(lines, { first, last: Math.min(last, committed) }, READ_BYTES);
    return { first: read.first, text: String(read.bytes) + pending };
  }

  #add(line: string): void {
    this.#pending.push(line);
    const write = (into: ByteWriter) => {
      into.text(line);
      return String(this.#count);
    };
    this.#log.append(write, { sync: false });
  }

  #committedCount(): number {
    return this.#count - this.#pending.length;
  }
}
