import type { Reach } from '../process/terminate.ts';

/** As far as an interrupt reads the state of an agent. */
interface Tooled {
  openTools: readonly { openedAt: number }[];
}

/** Clock time at which the earliest open tool was opened; null when none is open. */
export function toolsOpenedSince({ openTools }: Tooled): number | null {
  return openTools.length === 0 ? null : Math.min(...openTools.map(({ openedAt }) => openedAt));
}

/** Remembers, from an interrupt to the end of the turn, since when tools were open whose processes are to end. */
export class Interruption {
  #isUnderWay = false;
  #since: number | null = null;

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  begin(state: Tooled): void {
    this.#isUnderWay = true;
    this.widen(state);
  }

  /** To be told of each state on the way: a tool may open after the interrupt was written. */
  widen(state: Tooled): void {
    if (this.#isUnderWay) this.#since = earliest(this.#since, toolsOpenedSince(state));
  }

  end(): void {
    this.#isUnderWay = false;
    this.#since = null;
  }

  /** What the interrupt ends. */
  get reach(): Reach {
    return { toolsOpenedSince: this.#since };
  }

  /** What ends with the process. */
  reachWith(state: Tooled): Reach {
    return { toolsOpenedSince: earliest(this.#since, toolsOpenedSince(state)) };
  }
}

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
