import { z } from 'zod';
import { ErrorResponseSchema } from '../contract/errors.ts';
import { parseJson } from '../contract/parse-json.ts';

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

  /** Whether it will work once the engine can, which may take longer than a call is waited for. */
  get isPassing(): boolean {
    return this.isTransient || PASSING_CODES.has(this.code);
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

const PASSING_CODES: ReadonlySet<string> = new Set(['restoring', 'storage_full']);

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

/** Why nothing answers, in words that say what to do. */
export interface ConnectionFailure {
  reason: string;
  /** It will be the same later. */
  isLasting: boolean;
}

export function explainFailure(error: unknown): ConnectionFailure {
  const { code, message } = innermost(error);
  const lasting = LASTING.find(({ pattern }) => pattern.test(code) || pattern.test(message));
  if (lasting !== undefined) return { reason: lasting.reason, isLasting: true };
  const passing = PASSING[code];
  const detail = message || code;
  return { reason: passing === undefined ? detail : `${passing} (${detail})`, isLasting: false };
}

const LASTING = [
  {
    pattern: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|^EPROTO$/,
    reason: 'it speaks HTTP, not HTTPS. Write http:// instead of https://.',
  },
  {
    pattern: /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/,
    reason:
      'its certificate is not trusted here. NODE_EXTRA_CA_CERTS names a file with the authority that signed it.',
  },
  { pattern: /^ERR_SSL_/, reason: 'its HTTPS is not understood.' },
  { pattern: /^HPE_/, reason: 'what answers does not speak HTTP. Is it the right port, and not https://?' },
  {
    pattern: /^unexpected redirect$/,
    reason: 'it redirects to another address, which is not followed. Name that address.',
  },
  {
    pattern: /^bad port$/,
    reason: 'its port is one that HTTP clients refuse. Give the engine another PORT.',
  },
];

const PASSING: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'there is no host of this name',
  EAI_AGAIN: 'its name cannot be looked up',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its host',
  ETIMEDOUT: 'its host does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'its host does not answer',
};

/** `fetch failed` alone says nothing. */
function innermost(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  if (error.cause instanceof Error) return innermost(error.cause);
  const code = 'code' in error ? String(error.code) : '';
  return { code, message: error.message || code || error.name };
}
