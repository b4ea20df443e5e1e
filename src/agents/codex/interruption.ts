import { activeTurns, toolsOpenedSince, type ActiveTurn, type CodexState } from './state.ts';

/** Remembers, from an interrupt to the end of what it ends, who was told and since when tools were open. */
export class Interruption {
  #told: Set<string> | null = null;
  #since: number | null = null;

  get isUnderWay(): boolean {
    return this.#told !== null;
  }

  begin(): void {
    this.#told ??= new Set();
  }

  /** To be told of each state on the way. Returns the turns that have to be told to end. */
  pursue(state: CodexState): ActiveTurn[] {
    const told = this.#told;
    if (told === null) return [];
    this.widen(state);
    const untold = activeTurns(state).filter(({ turnId }) => !told.has(turnId));
    for (const { turnId } of untold) told.add(turnId);
    return untold;
  }

  widen(state: CodexState): void {
    const since = toolsOpenedSince(state);
    if (since !== null) this.#since = Math.min(since, this.#since ?? since);
  }

  /** Since when the tools were open that are to be ended; asked for once. */
  takeReach(state: CodexState): number | null {
    this.widen(state);
    const since = this.#since;
    this.#since = null;
    return since;
  }

  end(): void {
    this.#told = null;
  }
}
