import { CodexFailure } from './failures.ts';

/** So many processes may die within this time while they are watched; messages that come then are refused. */
const DEATHS_MAX = 5;
const DEATHS_MS = 60_000;

export class Deaths {
  #times: number[] = [];

  count(): void {
    this.#times.push(performance.now());
  }

  /** @throws {CodexFailure} when too many died of late. */
  check(): void {
    this.#times = this.#times.filter((time) => performance.now() - time < DEATHS_MS);
    if (this.#times.length < DEATHS_MAX) return;
    const message = `Codex ended ${this.#times.length} times within a minute. Send the message again later.`;
    throw new CodexFailure({ code: 'agent_error', message });
  }
}
