/** What Codex says about a model that keeps it waiting. */
import type { TurnProgress } from '../../contract/events.ts';
import { RateLimitsParamsSchema } from './protocol.ts';

/** An error that is tried again: "Reconnecting... 2/5". */
export function retrying(message: string): TurnProgress {
  const [, attempt, attemptsMax] = /\b(\d{1,9})\/(\d{1,9})\b/.exec(message) ?? [];
  const count = attempt === undefined ? {} : { attempt: Number(attempt), attemptsMax: Number(attemptsMax) };
  return { kind: 'retrying', message, ...count };
}

/** Null unless a limit is reached. */
export function limitedBy(params: unknown): TurnProgress | null {
  const limits = RateLimitsParamsSchema.safeParse(params).data?.rateLimits;
  if (limits === undefined) return null;
  const reached = [limits.primary, limits.secondary].find((one) => one && one.usedPercent >= 100);
  if (!reached && !limits.rateLimitReachedType) return null;
  const resetsAt = reached?.resetsAt;
  return {
    kind: 'rateLimited',
    message: 'The rate limit of the account is reached.',
    ...(resetsAt ? { until: new Date(resetsAt * 1000).toISOString() } : {}),
  };
}
