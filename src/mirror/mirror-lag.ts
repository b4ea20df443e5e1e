import { sequenceOf } from '../journal/event-id.ts';
import type { Journal } from '../journal/journal.ts';

/** How much of the journal the shared log does not have yet. Bytes are estimated. */
export interface Lag {
  events: number;
  bytes: number;
  /** How long the oldest of it has been on disk. */
  ms: number;
}

type MeasuredJournal = Pick<Journal, 'committedId' | 'startId' | 'bytes' | 'onCommit'>;

interface Mark {
  sequence: number;
  at: number;
}

/** One look in so many milliseconds is kept; in fewer, when there would be too many. */
const MARK_EVERY_MS = 5;
const MARKS = 2000;

/** Measures how far a copy of the journal is behind. */
export class MirrorLag {
  readonly #journal: MeasuredJournal;
  readonly #stopListening: () => void;
  /** When a sequence that is not copied was on disk, oldest first; bounded. */
  #marks: Mark[] = [];
  #markEveryMs = MARK_EVERY_MS;
  #copied = 0;

  constructor(journal: MeasuredJournal) {
    this.#journal = journal;
    this.#stopListening = journal.onCommit(() => this.#mark());
    this.#mark();
  }

  /** Everything up to this event was copied; null for nothing. */
  note(copiedId: string | null): void {
    this.#copied = sequenceOf(copiedId ?? '0');
    const left = this.#marks.findIndex(({ sequence }) => sequence > this.#copied);
    this.#marks.splice(0, left === -1 ? this.#marks.length : left);
    if (this.#marks.length === 0) this.#markEveryMs = MARK_EVERY_MS;
  }

  read(): Lag {
    const { committedId, startId, bytes } = this.#journal;
    const [first, head] = [sequenceOf(startId), sequenceOf(committedId)];
    const events = Math.max(0, head - Math.max(first, this.#copied));
    if (events === 0) return { events: 0, bytes: 0, ms: 0 };
    const [oldest] = this.#marks;
    const ms = oldest === undefined ? 0 : Math.round(performance.now() - oldest.at);
    return { events, bytes: Math.round((events * bytes) / (head - first)), ms };
  }

  close(): void {
    this.#stopListening();
  }

  #mark(): void {
    const mark = { sequence: sequenceOf(this.#journal.committedId), at: performance.now() };
    const last = this.#marks.at(-1);
    if (last !== undefined && mark.at - last.at < this.#markEveryMs) last.sequence = mark.sequence;
    else this.#marks.push(mark);
    if (this.#marks.length <= MARKS) return;
    this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
    this.#markEveryMs *= 2;
  }
}
