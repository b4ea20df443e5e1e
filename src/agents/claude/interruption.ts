import { toolsOpenedSince, type ClaudeState } from './state.ts';

/** Remembers, from an interrupt to the end of the turn, since when tools were open whose processes are to end. */
export class Interruption {
  #isUnderWay = false;
  #since: number | null = null;

  begin(state: ClaudeState): void {
    this.#isUnderWay = true;
    this.widen(state);
  }

  /** To be told of each state on the way: a tool may open after the interrupt was written. */
  widen(state: ClaudeState): void {
    if (this.#isUnderWay) this.#since = earliest(this.#since, toolsOpenedSince(state));
  }

  end(): void {
    this.#isUnderWay = false;
    this.#since = null;
  }

  /** What the interrupt ends. */
  get reach(): { toolsOpenedSince: number | null } {
    return { toolsOpenedSince: this.#since };
  }

  /** What ends with the process. */
  reachWith(state: ClaudeState): { toolsOpenedSince: number | null } {
    return { toolsOpenedSince: earliest(this.#since, toolsOpenedSince(state)) };
  }
}

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
