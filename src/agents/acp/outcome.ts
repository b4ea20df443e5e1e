/** How a turn ended, from the answer to its prompt. */
import { z } from 'zod';
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { MODEL_FAILURES } from '../failures.ts';
import type { FrameOf, Refusal } from '../json-rpc.ts';
import { PromptResultSchema } from './protocol.ts';

export function endOf({ result, refusal }: FrameOf<'response'>): TurnEnd {
  if (refusal !== null) return endOfRefusal(refusal);
  const { stopReason } = PromptResultSchema.parse(result);
  if (stopReason === 'cancelled') return { outcome: 'interrupted' };
  const error = STOPS[stopReason];
  return error === undefined ? { outcome: 'completed' } : { outcome: 'errored', error };
}

const AUTH_REQUIRED = -32_000;
const CANCELLED = -32_800;

export function failureOf(refusal: Refusal): Failure {
  const message = textOf(refusal);
  return { code: codeOf(refusal, message), message };
}

function endOfRefusal(refusal: Refusal): TurnEnd {
  if (refusal.code === CANCELLED) return { outcome: 'interrupted' };
  return { outcome: 'errored', error: failureOf(refusal) };
}

const STOPS: Partial<Record<string, Failure>> = {
  refusal: { code: 'refused', message: 'The agent refused to go on.' },
  max_tokens: { code: 'agent_error', message: 'The agent reached the largest number of tokens for a turn.' },
  max_turn_requests: { code: 'agent_error', message: 'The agent reached the largest number of model calls.' },
};

const DetailsSchema = z.looseObject({
  errorKind: z.string().optional().catch(undefined),
  details: z.string().optional().catch(undefined),
});

function textOf({ message, data }: Refusal): string {
  const details = typeof data === 'string' ? data : DetailsSchema.safeParse(data).data?.details;
  const text = [message, details].filter((part) => part !== undefined && part !== '').join(': ');
  return text === '' ? 'The agent reported an error without a reason.' : text;
}

function codeOf({ code, data }: Refusal, message: string): string {
  const kind = DetailsSchema.safeParse(data).data?.errorKind;
  const byKind = MODEL_FAILURES.get(kind ?? '');
  if (byKind !== undefined) return byKind;
  if (code === AUTH_REQUIRED || /\b401\b|not logged in|authentication/i.test(message)) return 'auth';
  if (/\b429\b|rate.?limit/i.test(message)) return 'rate_limit';
  if (/\b529\b|overloaded/i.test(message)) return 'overloaded';
  if (/prompt is too long|context.{0,20}(?:length|window)/i.test(message)) return 'context_too_long';
  return /connection|network|ECONN|ETIMEDOUT/i.test(message) ? 'network' : 'agent_error';
}
