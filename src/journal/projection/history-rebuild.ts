import { createReadStream } from 'node:fs';
import type { HistoryMark } from '../../contract/records.ts';
import type { AtomicFiles } from '../../storage/atomic-files.ts';
import { orClose, writeAll, type LogFile } from '../../storage/log-file.ts';
import { TEMPORARY_SUFFIX } from '../../storage/replace-file.ts';
import { salvage } from '../../storage/salvage.ts';
import { keepAside, type OnDamage } from '../../storage/set-aside.ts';
import { BEFORE_ALL } from '../event-id.ts';
import { encodeHistoryLine, parseHistoryLine, type HistoryLine } from './history-line.ts';

/** Something that an agent said, as the journal tells it; `event` is JSON. */
export interface RetoldEvent {
  id: string;
  event: () => string;
}

/** What the journal still has of a chat. */
export interface Retold {
  /** Ids of the events, rising. */
  ids: readonly string[];
  /** The same events, from the one with this id on. */
  eventsFrom(id: string): AsyncGenerator<RetoldEvent, void>;
  /** Up to here the journal was looked through. */
  until: string;
}

export interface OpenHistoryFileOptions {
  files: AtomicFiles;
  /** What was on disk for certain when that was last written down. */
  mark?: HistoryMark | undefined;
  /** Why it is to be rebuilt whatever its end looks like. */
  damage?: string | undefined;
  /** What the journal still has of the chat. */
  retell: () => Promise<Retold>;
  onDamage: OnDamage;
}

/** A history that ends with a whole line, or is empty. */
export interface SoundHistory {
  file: LogFile;
  bytes: number;
  count: number;
  lastId: string | null;
  /** Up to here the journal was looked through, when the history was rebuilt. */
  retoldUntil?: string;
}

interface Damaged {
  key: string;
  file: LogFile;
  reason: string;
  isMissing: boolean;
}

/**
 * Writes a history anew: its whole lines, between them what the journal tells, and for each line that nobody knows any
 * more one that says so, because clients index by count. The damaged file is kept.
 */
export async function rebuildHistory(
  { key, file: damaged, reason, isMissing }: Damaged,
  { files, mark, retell, onDamage }: OpenHistoryFileOptions,
): Promise<SoundHistory> {
  await damaged.close();
  const path = files.pathOf(key);
  const temporary = `${key}${TEMPORARY_SUFFIX}`;
  await files.remove(temporary);
  const file = await files.open(temporary);
  return orClose(file, async () => {
    const retold = await retell();
    const rebuilding = new Rebuilding(file, retold);
    for await (const line of soundLinesOf(path)) await rebuilding.add(line);
    if (mark !== undefined) await rebuilding.reach(mark);
    await rebuilding.finish();
    const keptAs = isMissing ? null : await keepAside(path);
    await files.rename(temporary, key);
    onDamage({ file: path, keptAs, reason: reason + rebuilding.summary });
    return { file, ...rebuilding.written, retoldUntil: retold.until };
  });
}

const PIECE_BYTES = 1 << 20;

class Rebuilding {
  readonly #file: LogFile;
  readonly #retold: Retold;
  readonly written: Omit<SoundHistory, 'file'> = { bytes: 0, count: 0, lastId: null };
  #buffered: string[] = [];
  #bufferedLength = 0;
  /** The number that the last line which was added had in the damaged file. */
  #number = 0;
  /** How many of the journal's events are behind us. */
  #passed = 0;
  #events: AsyncGenerator<RetoldEvent, void> | undefined;
  #retoldCount = 0;
  #lostCount = 0;

  constructor(file: LogFile, retold: Retold) {
    this.#file = file;
    this.#retold = retold;
  }

  /** What became of the damage, for people. */
  get summary(): string {
    const { count } = this.written;
    return ` ${this.#retoldCount} of ${count} lines were written again from the log, ${this.#lostCount} are lost.`;
  }

  /** A whole line of the damaged file, behind what is missing before it. */
  async add({ number, id, event }: HistoryLine): Promise<void> {
    if (number <= this.#number) return; // it stands there twice
    const { lastId } = this.written;
    if (lastId === null || id > lastId) await this.#fill(id, number - 1 - this.#number);
    if (this.#retold.ids[this.#passed] === id) await this.#pass();
    await this.#write({ id, event });
    this.#number = number;
  }

  /** What is missing before the last line that is known to have been there. */
  async reach({ count, lastId }: HistoryMark): Promise<void> {
    if (count > this.#number && lastId !== null) await this.#fill(`${lastId}~`, count - this.#number);
  }

  /** What the journal tells beyond that. */
  async finish(): Promise<void> {
    await this.#fill('~', 0);
    await this.#events?.return();
    await this.#flush();
    await this.#file.datasync();
  }

  /** Up to an id: first what nobody knows any more, because the journal forgets the oldest, then what it tells. */
  async #fill(id: string, room: number): Promise<void> {
    const { ids } = this.#retold;
    let end = this.#passed;
    while (end < ids.length && (ids[end] ?? '') < id) end += 1;
    for (let lost = room - (end - this.#passed); lost > 0; lost -= 1) await this.#writeLost();
    while (this.#passed < end) {
      const { id: next, event } = await this.#pass();
      this.#retoldCount += 1;
      await this.#write({ id: next, event: event() });
    }
  }

  async #pass(): Promise<RetoldEvent> {
    this.#events ??= this.#retold.eventsFrom(this.#retold.ids[this.#passed] ?? '');
    this.#passed += 1;
    const next = await this.#events.next();
    if (next.done === true) throw new Error('The journal tells less than a moment ago.');
    return next.value;
  }

  async #writeLost(): Promise<void> {
    this.#lostCount += 1;
    const message =
      'What was said here is lost: its line in the history was damaged, and is not in the log any more.';
    const event = {
      timestamp: new Date().toISOString(),
      type: 'history-gap',
      payload: { reason: 'damaged', message },
    };
    await this.#write({ id: this.written.lastId ?? BEFORE_ALL, event: JSON.stringify(event) });
  }

  async #write({ id, event }: Omit<HistoryLine, 'number'>): Promise<void> {
    this.written.count += 1;
    this.written.lastId = id;
    const line = encodeHistoryLine({ number: this.written.count, id, event });
    this.#buffered.push(line);
    this.#bufferedLength += line.length;
    if (this.#bufferedLength >= PIECE_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#buffered.splice(0).join(''));
    this.#bufferedLength = 0;
    await writeAll(this.#file, { bytes, position: this.written.bytes });
    this.written.bytes += bytes.length;
  }
}

/** The lines of a damaged history that are as they were written. */
function soundLinesOf(path: string): AsyncGenerator<HistoryLine> {
  const parse = (bytes: Buffer) => parseHistoryLine(bytes.toString('utf8'));
  return salvage({ chunks: readChunks(path), parse, beginning: '{"n":"' });
}

/** What cannot be read any more is lost like what was overwritten. */
async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 20 });
  } catch {
    return;
  }
}
