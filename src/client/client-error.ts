import { z } from 'zod';
import { parseJson } from '../contract/parse-json.ts';
import { ErrorResponseSchema } from '../contract/errors.ts';
import { explainFailure } from './connection-failure.ts';

/** Codes of failures that no engine reported. */
export type LocalErrorCode =
  /** Nothing answered, or the connection broke before the whole answer was there. */
  | 'unreachable'
  /** What answered is no engine, or one that this client does not understand. */
  | 'unexpected_answer';

export interface EngineClientErrorDetails {
  /** The engine's own code, as `docs/errors.md` lists them, or one of `LocalErrorCode`. */
  code: string;
  message: string;
  /** HTTP status; null when there was no answer. */
  status?: number | null;
  /** Names the offender, for programs. */
  context?: Record<string, unknown>;
  cause?: unknown;
}

/** A call that failed: refused by the engine, or never answered. Aborted calls reject with the reason of their signal. */
export class EngineClientError extends Error {
  override readonly name = 'EngineClientError';
  readonly code: string;
  readonly status: number | null;
  readonly context: Record<string, unknown>;

  constructor({ code, message, status = null, context = {}, cause }: EngineClientErrorDetails) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.context = context;
  }

  /** Whether the same call may well work a little later. */
  get isTransient(): boolean {
    return TRANSIENT_CODES.has(this.code) || (this.#isForeign && GATEWAY_STATUSES.has(this.status ?? 0));
  }

  get #isForeign(): boolean {
    return this.code === 'unexpected_answer';
  }
}

const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'unreachable',
  'shutting_down',
  'outcome_unknown',
  'internal',
]);

/** What a proxy answers while there is no engine behind it. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Why an answer that is no success is none: `text` is all of its body. */
export function toRefusal(status: number, text: string): EngineClientError {
  const refusal = ErrorResponseSchema.safeParse(parseJson(text));
  if (!refusal.success)
    return new EngineClientError({
      code: 'unexpected_answer',
      message: `The answer is a ${status} that is not an engine's: ${text.slice(0, 200)}`,
      status,
    });
  const { error, code, context } = refusal.data;
  return new EngineClientError({ code, message: error, status, ...(context && { context }) });
}

export function unreachable(url: string, cause: unknown): EngineClientError {
  const { reason, isLasting } = explainFailure(cause);
  const message = `The engine at ${url} cannot be reached: ${reason}`;
  return new EngineClientError({ code: isLasting ? 'unexpected_answer' : 'unreachable', message, cause });
}

/** No engine has such a secret, so none is asked. */
export function unsendable(): EngineClientError {
  const message =
    'The secret has characters that no header can hold: it is printable ASCII, without spaces around it.';
  return new EngineClientError({ code: 'unauthorized', message });
}

export function unexpected(what: string, error: z.ZodError | SyntaxError): EngineClientError {
  const reason = error instanceof z.ZodError ? z.prettifyError(error) : error.message;
  const message = `${what} is not what this client understands: ${reason}`;
  return new EngineClientError({ code: 'unexpected_answer', message, cause: error });
}
