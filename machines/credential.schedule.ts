/** When a credential is asked for again. Waits are in milliseconds, `random` is a number from 0 up to 1. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How far ahead of its end a credential is refreshed: a fifth of its life, ten minutes at most, with jitter the double. */
const AHEAD_SHARE = 0.2;
const AHEAD_MS = 10 * MINUTE;
const SHORTEST_MS = 5_000;
/** Also one that never ends, so that another one arrives some time. */
const LONGEST_MS = 6 * HOUR;

export const BACKOFF = { firstMs: 1_000, longestMs: 5 * MINUTE };

/** `lifetimeMs`: until it ends; null if that is not known. */
export function waitUntilRefresh(lifetimeMs: number | null, random: number): number {
  if (lifetimeMs === null) return LONGEST_MS * (1 - AHEAD_SHARE * random);
  const ahead = Math.min(AHEAD_MS, lifetimeMs * AHEAD_SHARE) * (1 + random);
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lifetimeMs - ahead));
}

export interface FailedAttempt {
  /** This one included. */
  failures: number;
  random: number;
  /** What the other side asked for. */
  retryAfterMs?: number | undefined;
}

/** Doubles with each failure, between half of that and all of it; never above its maximum, whatever was asked for. */
export function waitAfterFailure({ failures, random, retryAfterMs = 0 }: FailedAttempt): number {
  const whole = Math.min(BACKOFF.longestMs, BACKOFF.firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(whole * (0.5 + random / 2), Math.min(retryAfterMs, BACKOFF.longestMs));
}
