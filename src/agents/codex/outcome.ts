import type { Failure } from '../../contract/chats.ts';
import type { TurnProgress } from '../../contract/events.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { ErrorSchema, type RateLimits, type Turn, type TurnError } from './protocol.ts';

/** How a turn ended, as `turn/completed` tells it. */
export function endOf({ status, error }: Turn): TurnEnd {
  if (status === 'completed') return { outcome: 'completed' };
  if (status === 'interrupted') return { outcome: 'interrupted' };
  return { outcome: 'errored', error: failureOf(ErrorSchema.safeParse(error).data ?? null) };
}

/** A plan that was proposed is the outcome of its turn. */
export const COMPLETED: TurnEnd = { outcome: 'completed' };

export function failureOf(error: TurnError | null): Failure {
  const message = messageOf(error);
  return { code: codeOf(error?.codexErrorInfo, message), message };
}

export function messageOf(error: TurnError | null): string {
  if (error === null || error.message === '') return nameless(error?.codexErrorInfo);
  const { message, additionalDetails: details } = error;
  return details ? `${message} (${details})` : message;
}

function nameless(info: unknown): string {
  const name = typeof info === 'string' ? info : Object.keys(Object(info))[0];
  if (name === undefined) return 'Codex reported an error without a reason.';
  return `Codex reported an error: ${name}.`;
}

function codeOf(info: unknown, message: string): string {
  const named = typeof info === 'string' ? CODES[info] : undefined;
  if (named !== undefined) return named;
  const status = statusOf(info);
  if (status === 401 || status === 403 || LOGIN_REFUSED.test(message)) return 'auth';
  if (status === 429) return 'rate_limit';
  if (status === 400 || /"type":\s*"invalid_request_error"/.test(message)) return 'invalid_request';
  if (status === 529 || /\boverloaded/i.test(message)) return 'overloaded';
  if (/connection|network|stream disconnected|error sending request/i.test(message)) return 'network';
  return status === null ? 'agent_error' : 'model_error';
}

/** Codex asked us for another token, has no key, or tried again while one login was to take the place of another. */
const LOGIN_REFUSED = /auth refresh request|^Missing environment variable|network permission was revoked/;

/** Codex's names for what went wrong. */
const CODES: Partial<Record<string, string>> = {
  unauthorized: 'auth',
  contextWindowExceeded: 'context_too_long',
  modelNotFound: 'model_not_found',
  usageLimitExceeded: 'billing',
  sessionBudgetExceeded: 'billing',
  rateLimitExceeded: 'rate_limit',
  serverOverloaded: 'overloaded',
  flexUnavailable: 'overloaded',
  policyCapacityUnavailable: 'overloaded',
  internalServerError: 'model_error',
  badRequest: 'invalid_request',
  cyberPolicy: 'refused',
  bioPolicy: 'refused',
  misalignmentPolicyViolation: 'refused',
  inferenceHookDenied: 'prompt_blocked',
  tooManyDenials: 'too_many_denials',
  sandboxError: 'sandbox_error',
};

function statusOf(info: unknown): number | null {
  if (typeof info !== 'object' || info === null) return null;
  for (const detail of Object.values(info)) {
    const status: unknown = Object(detail).httpStatusCode;
    if (typeof status === 'number') return status;
  }
  return null;
}

/** An error that is tried again: "Reconnecting... 2/5". */
export function retrying(message: string): TurnProgress {
  const [, attempt, attemptsMax] = /\b(\d{1,9})\/(\d{1,9})\b/.exec(message) ?? [];
  const count = attempt === undefined ? {} : { attempt: Number(attempt), attemptsMax: Number(attemptsMax) };
  return { kind: 'retrying', message, ...count };
}

/** Null unless a limit is reached. */
export function limitedBy(limits: RateLimits): TurnProgress | null {
  const reached = [limits.primary, limits.secondary].find((one) => one && one.usedPercent >= 100);
  if (!reached && !limits.rateLimitReachedType) return null;
  const resetsAt = reached?.resetsAt;
  return {
    kind: 'rateLimited',
    message: 'The rate limit of the account is reached.',
    ...(resetsAt ? { until: new Date(resetsAt * 1000).toISOString() } : {}),
  };
}
