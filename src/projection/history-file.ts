import type { AgentEvent } from '../contract/agent-event.ts';
import { AppendLog } from '../storage/append-log.ts';
import { readLines, type LineRange } from '../storage/line-search.ts';
import { DIGITS_OFFSET, encodeHistoryLine } from './history-line.ts';
import type { SoundHistory } from './history-repair.ts';

export interface HistoryFileOptions {
  /** The last id in the journal when the engine started: only up to there can an event come twice. */
  replayedUntil: string;
  onFatal: (error: unknown) => void;
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

  get lastId(): string | null {
    return this.#lastId;
  }

  get isIdle(): boolean {
    return this.#pending.length === 0;
  }

  append(id: string, events: readonly AgentEvent[]): void {
    if (this.#lastId !== null && id <= this.#lastId && id <= this.#options.replayedUntil) return;
    for (const event of events) this.#add(encodeHistoryLine({ number: ++this.#count, id }, event));
    this.#lastId = id;
    this.#isDirty = true;
  }

  /** Whole lines, from one number to another. */
  async read({ first, last }: LineRange): Promise<string> {
    const committed = this.#committedCount();
    const { file } = this.#sound;
    const lines = { file, size: this.#log.size, first: 1, last: committed, digitsAt: DIGITS_OFFSET };
    const pending = this.#pending
      .slice(Math.max(0, first - committed - 1), Math.max(0, last - committed))
      .join('');
    if (first > committed) return pending;
    return String(await readLines(lines, { first, last: Math.min(last, committed) })) + pending;
  }

  async sync(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    await this.#log.synced();
  }

  async close(): Promise<void> {
    await this.sync();
    await this.#log.close();
  }

  #add(line: string): void {
    this.#pending.push(line);
    this.#log.append(line, { byteLength: Buffer.byteLength(line), sync: false, mark: String(this.#count) });
  }

  #committedCount(): number {
    return this.#count - this.#pending.length;
  }
}
