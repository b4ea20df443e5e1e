import { toolsOpenedSince, type AcpState } from './state.ts';

/** Remembers, from an interrupt to the end of the turn, since when tools were open whose processes are to end. */
export class Interruption {
  #isUnderWay = false;
  #since: number | null = null;

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  begin(state: AcpState): void {
    this.#isUnderWay = true;
    this.widen(state);
  }

  /** To be told of each state on the way: a tool may open after the interrupt was written. */
  widen(state: AcpState): void {
    if (this.#isUnderWay) this.#since = earliest(this.#since, toolsOpenedSince(state));
  }

  end(): void {
    this.#isUnderWay = false;
    this.#since = null;
  }

  /** Clock time since when processes are ended with the turn; null when none are. */
  get reach(): number | null {
    return this.#since;
  }

  /** The same, when the whole process ends. */
  reachWith(state: AcpState): number | null {
    return earliest(this.#since, toolsOpenedSince(state));
  }
}

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
