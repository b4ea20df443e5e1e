import { HTTPResponse, type HTTPError } from 'h3';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { ErrorResponseSchema } from '../contract/errors.ts';
import { EngineError } from '../errors.ts';

/** What went wrong as a deliberate failure; null when nobody meant it to happen. */
export function toEngineError(error: HTTPError): EngineError | null {
  if (error.cause instanceof EngineError) return error.cause;
  // h3 itself refuses only paths that are not percent-encoded UTF-8.
  return error.unhandled ? null : new EngineError('MALFORMED_URL');
}

export function toResponse(error: EngineError): HTTPResponse {
  const { status, headers, body } = toAnswer(error);
  return new HTTPResponse(body, { status, headers });
}

interface AnswerParts {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function toAnswer({ code, status, message, context }: EngineError): AnswerParts {
  const body: z.infer<typeof ErrorResponseSchema> = {
    error: message,
    code: code.toLowerCase(),
    ...(Object.keys(context).length > 0 && { context }),
  };
  return {
    status,
    headers: {
      ...JSON_HEADERS,
      ...(Array.isArray(context['allow']) && { allow: context['allow'].join(', ') }),
      // The rest of a refused body is not read, so nothing else can come over this connection.
      ...(status === 413 && { connection: 'close' }),
    },
    body: JSON.stringify(body),
  };
}

export const JSON_HEADERS = { 'content-type': 'application/json;charset=UTF-8' };

/** What every answer carries that does not say otherwise: nobody keeps it, nobody guesses what it is. */
export const API_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

const SANE_REQUEST_ID = /^[\w.:-]{1,100}$/;

/** What the caller gave if it is one, else one of ours. */
export function toRequestId(given: unknown): string {
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID();
}

/** Of server-sent events: nobody in between keeps them back. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};
