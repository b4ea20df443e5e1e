import type { AtomicFiles } from '../storage/atomic-files.ts';
import { orClose, readRange, writeAll, type LogFile } from '../storage/log-file.ts';
import { TEMPORARY_SUFFIX } from '../storage/replace-file.ts';
import { salvage } from '../storage/salvage.ts';
import { keepAside, type OnDamage } from '../storage/set-aside.ts';
import { EVENT_ID_LENGTH, formatEventId, SEQUENCE_DIGITS, sequenceOf } from './event-id.ts';
import { encodeLostLine, isSoundLine, LINE_BEGINNING, readId } from './event-line.ts';
import type { Segment } from './segment.ts';
import type { Segments } from './segments.ts';

export interface MendOptions {
  files: AtomicFiles;
  /** The key under which it was found to be damaged. */
  foundAs: string;
  onDamage: OnDamage;
}

const CHUNK_BYTES = 1 << 20;
const NEWLINE = Buffer.from('\n');

/**
 * Writes a damaged segment anew: its whole lines, and in the place of each other one a line which says that it is lost,
 * so that every sequence is still there. The damaged file is kept.
 */
export async function mendSegment(segment: Segment, options: MendOptions): Promise<void> {
  const { files, foundAs, onDamage } = options;
  const temporary = `${segment.key}${TEMPORARY_SUFFIX}`;
  await files.remove(temporary);
  const file = await files.open(temporary);
  const copy = new Copy(segment, file);
  const keptAs = await orClose(file, async () => {
    await copy.finish();
    const kept = await keepAside(files.pathOf(segment.key), files.pathOf(foundAs));
    await files.rename(temporary, segment.key);
    return kept;
  });
  segment.replaceFile(copy.file, copy.bytes);
  onDamage({ file: files.pathOf(foundAs), keptAs, reason: `${copy.lost} of its lines are lost.` });
}

/** The id of the first whole line of a file; null when it has none. */
export async function findFirstId(file: LogFile, size: number): Promise<string | null> {
  for await (const line of linesOf(file, size)) return readId(line, 0);
  return null;
}

class Copy {
  readonly file: LogFile;
  readonly #segment: Segment;
  bytes = 0;
  lost = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #lastId: string;

  constructor(segment: Segment, file: LogFile) {
    this.file = file;
    this.#segment = segment;
    const tag = segment.firstId?.slice(SEQUENCE_DIGITS + 1) ?? '';
    this.#lastId = formatEventId({ sequence: segment.firstSequence - 1, tag });
  }

  async finish(): Promise<void> {
    const { file, bytes, lastSequence } = this.#segment;
    for await (const line of linesOf(file, bytes)) {
      const sequence = sequenceOf(readId(line, 0));
      if (sequence <= sequenceOf(this.#lastId) || sequence > lastSequence) continue;
      await this.#loseUpTo(sequence);
      this.#lastId = readId(line, 0);
      await this.#write(line);
    }
    await this.#loseUpTo(lastSequence + 1);
    await this.#flush();
    await this.file.datasync();
  }

  async #loseUpTo(sequence: number): Promise<void> {
    const tag = this.#lastId.slice(SEQUENCE_DIGITS + 1);
    for (let next = sequenceOf(this.#lastId) + 1; next < sequence; next += 1) {
      this.#lastId = formatEventId({ sequence: next, tag });
      this.lost += 1;
      await this.#write(encodeLostLine(this.#lastId));
    }
  }

  async #write(line: Buffer): Promise<void> {
    this.#pending.push(line);
    this.#pendingBytes += line.length;
    if (this.#pendingBytes >= CHUNK_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending.splice(0));
    this.#pendingBytes = 0;
    await writeAll(this.file, { bytes, position: this.bytes });
    this.bytes += bytes.length;
  }
}

function linesOf(file: LogFile, size: number): AsyncGenerator<Buffer> {
  return salvage({ chunks: chunksOf(file, size), parse: lineOf, beginning: LINE_BEGINNING });
}

/** What cannot be read any more is lost like what was overwritten. */
async function* chunksOf(file: LogFile, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < size; from += CHUNK_BYTES) {
    const to = Math.min(size, from + CHUNK_BYTES);
    yield await readRange(file, { from, to }).catch(() => Buffer.alloc(0));
  }
}

/** With its newline, which may be what was lost. */
function lineOf(bytes: Buffer): Buffer | null {
  if (bytes.length < EVENT_ID_LENGTH) return null;
  const line = Buffer.concat([bytes, NEWLINE]);
  return isSoundLine(line, { start: 0, end: line.length }) ? line : null;
}

export interface MenderOptions extends Omit<MendOptions, 'foundAs'> {
  segments: Segments;
  /** Seals the active segment, whose writer would go on in the damaged file; it may not come to that. */
  sealActive: () => Promise<void>;
}

/** Mends segments that are found to be damaged, each once: whoever else meets the damage waits for the same. */
export class Mender {
  readonly #options: MenderOptions;
  readonly #mending = new Map<Segment, Promise<void>>();

  constructor(options: MenderOptions) {
    this.#options = options;
  }

  /** Unless that was done since the segment had this version. */
  async mend(segment: Segment, version: number): Promise<void> {
    if (segment.version !== version) return;
    const mending = this.#mending.get(segment) ?? this.#start(segment);
    this.#mending.set(segment, mending);
    await mending.finally(() => this.#mending.delete(segment));
  }

  /** The id of a line; null when the segment does not reach there. One that should be there is looked for twice. */
  async idAt(segment: Segment, sequence: number): Promise<string | null> {
    if (sequence < segment.firstSequence || sequence > segment.lastSequence) return null;
    const { version } = segment;
    const id = await segment.idAt(sequence);
    if (id !== null) return id;
    await this.mend(segment, version);
    return segment.idAt(sequence);
  }

  async #start(segment: Segment): Promise<void> {
    const { segments, sealActive } = this.#options;
    const foundAs = segment.key;
    if (segment === segments.active) await sealActive();
    if (segment === segments.active) throw new Error(`${foundAs} is damaged and cannot be sealed now.`);
    await mendSegment(segment, { ...this.#options, foundAs });
  }
}
