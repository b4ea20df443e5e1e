import { z } from 'zod';
import { EpochSecondsSchema, WaitMsSchema } from '../../contract/bounds.ts';
import type { Failure } from '../../contract/chats.ts';
import type { TurnProgress } from '../../contract/events.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { MODEL_FAILURES } from '../failures.ts';
import type { Result } from './protocol.ts';

/**
 * How a turn ended, from the result that ends it. A failed call of the model is `success` with `is_error`. `complaint` is the
 * name that the agent gave to what went wrong before.
 */
export function endOf(result: Result, complaint: string | null): TurnEnd {
  if (result.terminal_reason?.startsWith('aborted') === true) return { outcome: 'interrupted' };
  if (!result.is_error && result.subtype === 'success') return { outcome: 'completed' };
  return { outcome: 'errored', error: failureOf(result, complaint) };
}

/** In the agent's words; in the names that it gave to what went wrong where it has no words. */
export function textOf({ result, errors, ...rest }: Result, complaint: string | null = null): string {
  const texts = result ? [result] : (errors ?? []).filter((error) => !error.startsWith('[ede_diagnostic]'));
  const text = texts.join('\n').trim();
  const names = [complaint, rest.api_error_type, rest.api_error_status].filter((name) => name != null);
  if (text !== '') return text;
  if (names.length > 0) return `Claude Code reported an error: ${[...new Set(names)].join(', ')}.`;
  return 'Claude Code reported an error without a reason.';
}

function failureOf(result: Result, complaint: string | null): Failure {
  const message = textOf(result, complaint);
  return { code: codeOf(result, { complaint, message }), message };
}

function codeOf(
  result: Result,
  { complaint, message }: { complaint: string | null; message: string },
): string {
  if (result.terminal_reason === 'prompt_too_long') return 'context_too_long';
  const { api_error_status: status } = result;
  const byComplaint = MODEL_FAILURES.get(complaint ?? '');
  if (byComplaint !== undefined) return byComplaint;
  if (status === 529 || /\boverloaded/i.test(message)) return 'overloaded';
  if (status === 401 || status === 403 || /^Not logged in\b/.test(message)) return 'auth';
  if (status === 429) return 'rate_limit';
  if (/connection|network|ECONN|ETIMEDOUT/i.test(message)) return 'network';
  return status === null || status === undefined ? 'agent_error' : 'model_error';
}

const RetrySchema = z.looseObject({
  type: z.literal('system'),
  subtype: z.literal('api_retry'),
  attempt: z.number().int().nonnegative(),
  max_retries: z.number().int().nonnegative().optional(),
  retry_delay_ms: WaitMsSchema.optional().catch(undefined),
  error_status: z.number().nullish(),
  error: z.string().optional(),
});

const LimitSchema = z.looseObject({
  type: z.literal('rate_limit_event'),
  rate_limit_info: z.looseObject({
    status: z.string(),
    resetsAt: EpochSecondsSchema.optional().catch(undefined),
    rateLimitType: z.string().optional(),
  }),
});

/** Null for every other line: what their types tell is not worth two refused parses a line. */
export function waitingOf(payload: Record<string, unknown>, now: Date): TurnProgress | null {
  switch (payload['type']) {
    case 'system':
      return payload['subtype'] === 'api_retry' ? retrying(RetrySchema.safeParse(payload).data, now) : null;
    case 'rate_limit_event':
      return limited(LimitSchema.safeParse(payload).data?.rate_limit_info);
    default:
      return null;
  }
}

function retrying(retry: z.infer<typeof RetrySchema> | undefined, now: Date): TurnProgress | null {
  if (retry === undefined) return null;
  const { attempt, max_retries: attemptsMax, retry_delay_ms: delay, error, error_status: status } = retry;
  const reason = [error, status].filter((part) => part !== undefined && part !== null).join(', ');
  return {
    kind: 'retrying',
    message: `The model could not be reached${reason === '' ? '' : ` (${reason})`}; it is tried again.`,
    attempt,
    ...(attemptsMax === undefined ? {} : { attemptsMax }),
    ...(delay === undefined ? {} : { until: new Date(now.getTime() + delay).toISOString() }),
  };
}

type Limit = z.infer<typeof LimitSchema>['rate_limit_info'];

function limited(limit: Limit | undefined): TurnProgress | null {
  if (limit === undefined || limit.status === 'allowed') return null;
  const { status, rateLimitType, resetsAt } = limit;
  const which = rateLimitType === undefined ? 'A rate limit' : `The rate limit ${rateLimitType}`;
  const how = status === 'rejected' ? 'is reached' : 'is nearly reached';
  return {
    kind: 'rateLimited',
    message: `${which} ${how}.`,
    ...(resetsAt === undefined ? {} : { until: new Date(resetsAt * 1000).toISOString() }),
  };
}
