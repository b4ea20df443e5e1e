/** What Claude Code says about a model that keeps it waiting. */
import { z } from 'zod';
import { EpochSecondsSchema, WaitMsSchema } from '../../contract/bounds.ts';
import type { TurnProgress } from '../../contract/events.ts';

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
