/** What machines have in common that try again: how long they wait, and how they tell of what failed. Pure. */
import type { EngineEventBody } from '../src/contract/events.ts';

/** Attempts in a row that came to nothing, and what the other side asked for. */
export interface Failing {
  failures: number;
  retryAfterMs?: number;
}

/**
 * How long to wait, in milliseconds: doubled with each failure, and never less than was asked for. Of the doubled time at least
 * half is waited, of the rest a `share` from 0 to 1, so that those who failed together do not come back together.
 */
export function backoff({ firstMs, longestMs }: { firstMs: number; longestMs: number }) {
  return ({ failures, retryAfterMs = 0 }: Failing, share: number): number => {
    const doubled = Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1));
    return Math.round(Math.max(doubled / 2, retryAfterMs) + (doubled / 2) * share);
  };
}

/** Why an actor failed, in its own words. */
export function reasonOf(event: object): string {
  if (!('error' in event)) return '';
  return event.error instanceof Error ? event.error.message : String(event.error);
}

export function errorEvent(
  code: string,
  rest: Omit<EngineEventBody<'error'>['payload'], 'code'>,
): EngineEventBody<'error'> {
  return { type: 'error', payload: { code, ...rest } };
}
