import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import type { Unavailable } from './call.ts';

/** Runs `attempt`, or answers for it while the circuit is open. */
export type Circuit = <Outcome extends { kind: string }>(
  attempt: () => Promise<Outcome>,
) => Promise<Outcome | Unavailable>;

const FAILURES = 5;
const OPEN_MS = 15_000;

/** After five `unavailable` in a row nothing is tried for 15 seconds, then one attempt decides. */
export function createCircuit(now: () => number = () => performance.now()): Circuit {
  let breaker = createBreaker();
  let openedAt = 0;
  function createBreaker() {
    const created = circuitBreaker(handleWhenResult(isUnavailable), {
      breaker: new ConsecutiveBreaker(FAILURES),
      halfOpenAfter: OPEN_MS,
    });
    created.onBreak(() => (openedAt = now()));
    return created;
  }
  return async (attempt) => {
    // The breaker goes by wall time: set back by hours, that would keep it open for hours.
    if (openedAt > 0 && now() - openedAt > 2 * OPEN_MS) [breaker, openedAt] = [createBreaker(), 0];
    try {
      return await breaker.execute(attempt);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      const retryAfterMs = Math.max(0, Math.ceil(openedAt + OPEN_MS - now()));
      return { kind: 'unavailable', reason: 'It failed again and again; it is left alone.', retryAfterMs };
    }
  };
}

function isUnavailable(outcome: unknown): boolean {
  return (outcome as { kind?: string }).kind === 'unavailable';
}
