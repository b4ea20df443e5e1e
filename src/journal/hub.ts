import type { Readable } from 'node:stream';
import { EngineError } from '../errors.ts';
import { sequenceOf } from './event-id.ts';
import { EventStream, type Beginning } from './event-stream.ts';
import { FrameFilter, type FrameFilterOptions } from './frame-filter.ts';
import { FrameRing } from './frame-ring.ts';
import { cutFrames, formatFrame, formatIdlessFrame, splitLines } from './frames.ts';
import type { CommittedLines, Finding, PassedEvent, StreamResetReason } from './journal-options.ts';
import type { Journal } from './journal.ts';

type EventSource = Pick<Journal, 'committedId' | 'oldestId' | 'startId' | 'find' | 'readAfter' | 'onCommit'>;

export interface HubOptions {
  /** What comes within this time after frames were sent is gathered, and sent together when it has passed. */
  gatherMs?: number;
  pingEveryMs?: number;
  /** How much is kept in memory for readers that are a little behind. */
  ringBytes?: number;
  now?: () => Date;
}

export interface StreamRequest extends FrameFilterOptions {
  /** The last event id that the reader has, or `START`; without it the stream is live only. */
  after?: string | undefined;
}

/** The cursor of a reader that wants everything that is kept. */
const START = 'start';

const PIECE_BYTES = 256 << 10;

/**
 * Sends committed events to any number of readers.
 *
 * Guarantees
 * - A reader gets every event behind its cursor that passes its filter once, in order, or a `stream.reset` that says
 *   why it cannot.
 * - A slow reader costs a bounded amount of memory and no other reader any time.
 */
export class Hub {
  readonly #source: EventSource;
  readonly #options: HubOptions;
  readonly #ring: FrameRing;
  readonly #streams = new Set<EventStream>();
  readonly #listeners = new Set<(clients: number) => void>();
  readonly #stopListening: () => void;
  readonly #pinging: NodeJS.Timeout;
  #partialReaders = 0;
  #gathered: CommittedLines[] = [];
  #flushing: NodeJS.Timeout | null = null;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(source: EventSource, options: HubOptions = {}) {
    this.#source = source;
    this.#options = options;
    this.#ring = new FrameRing({ maximumBytes: options.ringBytes ?? 2 << 20, lastId: source.committedId });
    this.#stopListening = source.onCommit((lines) => this.#gather(lines));
    this.#pinging = setInterval(() => this.#ping(), options.pingEveryMs ?? 15_000).unref();
  }

  get clients(): number {
    return this.#streams.size;
  }

  /** How many events the reader furthest behind has not been sent. */
  get lag(): number {
    const head = sequenceOf(this.#source.committedId);
    return Math.max(0, ...[...this.#streams].map(({ sequence }) => head - sequence));
  }

  onClientsChange(listener: (clients: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws {EngineError} `SHUTTING_DOWN` once it is closed. */
  async open({ after, ...filter }: StreamRequest): Promise<Readable> {
    const finding = await this.#find(after === START ? undefined : after);
    this.#flush();
    return this.#add({ filter, ...this.#beginning(after, finding) });
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    clearInterval(this.#pinging);
    this.#flush();
    for (const stream of this.#streams) stream.end();
  }

  #beginning(after: string | undefined, finding: Finding | null): Beginning {
    if (after === START) return { position: this.#source.startId, prelude: ': resumed\n\n' };
    if (after === undefined || finding === null) {
      const position = this.#ring.lastId;
      return { position, prelude: `id: ${position}\n\n` };
    }
    return finding === 'found' ? { position: after, prelude: ': resumed\n\n' } : this.#reset(finding);
  }

  /** The log closes right behind the hub: a search that is under way then fails for no other reason. */
  async #find(after: string | undefined): Promise<Finding | null> {
    const searching = after === undefined ? null : this.#source.find(after);
    const finding = await searching?.catch((error: unknown) => {
      if (!this.#isClosed) throw error;
    });
    if (this.#isClosed) throw new EngineError('SHUTTING_DOWN');
    return finding ?? null;
  }

  #add(start: Beginning & { filter: FrameFilterOptions }): Readable {
    const { filter, position, prelude } = start;
    const stream = new EventStream({
      ring: this.#ring,
      filter: new FrameFilter(filter),
      position,
      prelude,
      readAfter: (id) => this.#source.readAfter(id),
      reset: (reason) => this.#reset(reason),
      onClose: () => this.#remove(stream, filter),
    });
    this.#streams.add(stream);
    if (filter.partial) this.#partialReaders += 1;
    this.#announceClients();
    return stream.readable;
  }

  #remove(stream: EventStream, { partial }: FrameFilterOptions): void {
    if (!this.#streams.delete(stream)) return;
    if (partial) this.#partialReaders -= 1;
    this.#announceClients();
  }

  #announceClients(): void {
    if (this.#isClosed) return;
    for (const listener of this.#listeners) listener(this.clients);
  }

  /** Everything up to the latest event is left out, so the reader goes on behind that. */
  #reset(reason: StreamResetReason): Beginning {
    this.#flush();
    const latestId = this.#ring.lastId;
    const payload = { reason, oldestId: this.#source.oldestId, latestId };
    const ts = (this.#options.now ?? (() => new Date()))().toISOString();
    return { prelude: formatFrame({ id: latestId, ts, type: 'stream.reset', payload }), position: latestId };
  }

  #gather(lines: CommittedLines): void {
    if (this.#streams.size === 0) return this.#skip();
    this.#gathered.push(lines);
    const wait = this.#flushedAt + (this.#options.gatherMs ?? 1) - performance.now();
    if (wait <= 0) this.#flush();
    else this.#flushing ??= setTimeout(() => this.#flush(), wait);
  }

  #flush(): void {
    if (this.#flushing !== null) clearTimeout(this.#flushing);
    this.#flushing = null;
    if (this.#gathered.length > 0) this.#flushedAt = performance.now();
    for (const piece of this.#pieces(this.#gathered.splice(0))) {
      this.#addFrames(piece);
      for (const stream of this.#streams) stream.pump();
    }
  }

  /** Few large pieces: each costs every reader about the same, whatever it holds. */
  #pieces(gathered: CommittedLines[]): CommittedLines[] {
    if (this.#partialReaders > 0 || gathered.length < 2) return gathered;
    return [{ bytes: Buffer.concat(gathered.map(({ bytes }) => bytes)), passed: [] }];
  }

  /** Without a reader no frame is built. */
  #skip(): void {
    this.#gathered = [];
    this.#ring.skipTo(this.#source.committedId);
  }

  #addFrames({ bytes, passed }: CommittedLines): void {
    let start = 0;
    for (const { offset, note } of this.#partialReaders > 0 ? passed : []) {
      this.#addStored(bytes.subarray(start, offset));
      this.#addPartial(note);
      start = offset;
    }
    this.#addStored(bytes.subarray(start));
  }

  #addStored(lines: Buffer): void {
    for (const piece of splitLines(lines, PIECE_BYTES)) this.#ring.add(cutFrames(piece));
  }

  #addPartial(event: PassedEvent): void {
    const bytes = Buffer.from(formatIdlessFrame(event));
    this.#ring.add({ kind: 'partial', bytes, chatId: event.payload.chatId });
  }

  #ping(): void {
    for (const stream of this.#streams) stream.ping();
  }
}
