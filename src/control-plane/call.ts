import { readBody, type Body } from './read-body.ts';
import { retryAfter } from './retry-after.ts';

export interface CallOptions {
  /** Base of the control plane's URLs. A user and password in it are not sent: the secret is what identifies us. */
  url: string;
  secret: string;
  workspaceId: string;
  /** From the first byte sent to the last one read; 15 seconds when left out. */
  timeoutMs?: number;
  /** Ends whatever is under way, as `unavailable`. */
  signal?: AbortSignal;
}

/** One request and what came of it. Reasons hold nothing the other side said but a code of its own. */
export type Call = (path: string, request: Request) => Promise<Answer>;

interface Request {
  body: unknown;
  headers?: Record<string, string>;
}

/** Nothing is known, now: worth another try, not before `retryAfterMs` milliseconds if the other side said so. */
export interface Unavailable {
  kind: 'unavailable';
  reason: string;
  retryAfterMs?: number;
}

/** `refused`: a 4xx that the same request would get again; what 404 and 409 mean depends on what was asked. */
export type Answer =
  { kind: 'answered'; body: Body } | { kind: 'refused'; status: number; reason: string } | Unavailable;

const TIMEOUT_MS = 15_000;

/** 4xx that say "not now" instead of "never". */
const PASSING = new Set([408, 425, 429]);

export function createCall(options: CallOptions): Call {
  const base = toBase(options.url);
  return async (path, request) => {
    try {
      const response = await fetch(`${base}${path}`, toInit(options, request));
      return toAnswer(response, await readBody(response));
    } catch (error) {
      return { kind: 'unavailable', reason: toReason(error) };
    }
  };
}

function toInit(options: CallOptions, { body, headers }: Request): RequestInit {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  return {
    method: 'POST',
    redirect: 'manual',
    signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
    headers: {
      ...headers,
      authorization: `Bearer ${options.secret}`,
      'x-workspace-id': options.workspaceId,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body: JSON.stringify(body),
  };
}

function toAnswer(response: Response, body: Body): Answer {
  const { status } = response;
  if (response.ok && 'flaw' in body && body.isForeign) return { kind: 'unavailable', reason: body.flaw };
  if (response.ok) return { kind: 'answered', body };
  const reason = `It answered ${status}${codeOf(body)}.`;
  if (status >= 400 && status < 500 && !PASSING.has(status)) return { kind: 'refused', status, reason };
  if (status < 400) return { kind: 'unavailable', reason: `It answered ${status}, which is not followed.` };
  const retryAfterMs = retryAfter(response.headers, Date.now());
  return { kind: 'unavailable', reason, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** The other side's own word for it, if it is a word: ` (token_revoked)`. */
function codeOf(body: Body): string {
  const value = 'value' in body ? body.value : undefined;
  const code = typeof value === 'object' && value !== null && 'code' in value ? value.code : undefined;
  return typeof code === 'string' && /^(?=.{1,40}$)[a-z]+(?:[_-][a-z]+)*$/i.test(code) ? ` (${code})` : '';
}

/** Messages of network errors may hold the URL; their codes do not. */
function toReason(error: unknown): string {
  if (!(error instanceof Error)) return 'It could not be reached.';
  if (error.name === 'TimeoutError') return 'It did not answer in time.';
  if (error.name === 'AbortError') return 'The engine is stopping.';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? `It could not be reached (${code}).` : 'It could not be reached.';
}

function toBase(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}
