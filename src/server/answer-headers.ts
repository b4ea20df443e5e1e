import { randomUUID } from 'node:crypto';

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
