import type { Failure } from '../../contract/chats.ts';
import type { TurnProgress } from '../../contract/events.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { MODEL_FAILURES } from '../failures.ts';
import type { KnownLine, LineOf, Result } from './protocol.ts';

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

/** What keeps the agent waiting; null for most lines. */
export function waitingOf(line: KnownLine | null, now: Date): TurnProgress | null {
  if (line?.type === 'rate_limit_event') return limited(line.rate_limit_info);
  return line?.type === 'system' && line.subtype === 'api_retry' ? retrying(line, now) : null;
}

function retrying(line: LineOf<'system'>, now: Date): TurnProgress | null {
  const { attempt, max_retries: attemptsMax, retry_delay_ms: delay, error, error_status: status } = line;
  if (attempt === undefined) return null;
  const reason = [error, status].filter((part) => part && part !== 'unknown').join(', ');
  return {
    kind: 'retrying',
    message: `The model could not be reached${reason === '' ? '' : ` (${reason})`}; it is tried again.`,
    attempt,
    ...(attemptsMax === undefined ? {} : { attemptsMax }),
    ...(delay === undefined ? {} : { until: new Date(now.getTime() + delay).toISOString() }),
  };
}

function limited({
  status,
  rateLimitType,
  resetsAt,
}: LineOf<'rate_limit_event'>['rate_limit_info']): TurnProgress | null {
  if (status === 'allowed') return null;
  const which = rateLimitType === undefined ? 'A rate limit' : `The rate limit ${rateLimitType}`;
  const how = status === 'rejected' ? 'is reached' : 'is nearly reached';
  return {
    kind: 'rateLimited',
    message: `${which} ${how}.`,
    ...(resetsAt === undefined ? {} : { until: new Date(resetsAt * 1000).toISOString() }),
  };
}
