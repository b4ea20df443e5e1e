import type { Attributes, OpenedSpan, TracedSpan } from './span.ts';
import type { Turn } from './turn.ts';

interface Open {
  span: OpenedSpan;
  turn: Turn | null;
}

/** More spans than these are not kept of one turn. */
const CHILDREN = 1000;
/** More than these are not open at a time. */
const OPEN = 10_000;

/** The spans that have begun and not ended, but for the turns themselves. */
export class OpenSpans {
  readonly #open = new Map<string, Open>();

  /** What is told twice began when it was told first. */
  start(key: string, open: Open): void {
    if (this.#open.has(key)) return;
    if (this.#open.size < OPEN) this.#open.set(key, open);
    else if (open.turn !== null) open.turn.dropped += 1;
  }

  /** The span, if it is of no turn: what belongs to a turn waits for its end. */
  close(key: string, { at, added }: { at: number; added: Attributes }): TracedSpan[] {
    const open = this.#open.get(key);
    if (open === undefined) return [];
    this.#open.delete(key);
    const { span, turn } = open;
    const ended = { ...span, endedAt: at, attributes: { ...span.attributes, ...added } };
    if (turn === null) return [ended];
    if (turn.children.length < CHILDREN) turn.children.push(ended);
    else turn.dropped += 1;
    return [];
  }

  closeAllOf(turn: Turn, end: { at: number; added: Attributes }): void {
    for (const [key, open] of this.#open) if (open.turn === turn) this.close(key, end);
  }
}
