import type { H3Event } from 'h3';
import type { Log } from '../log.ts';
import { API_HEADERS, toRequestId } from './answer-headers.ts';

export interface RequestLog {
  /** The caller's `x-request-id` if it is one, else one of ours; the same for the whole request. */
  idOf: (event: H3Event) => string;
  /** Writes one line per request, and into the answer its id and what every answer carries. */
  answered: (response: Response, event: H3Event) => void;
}

/** Logs each request by its route, never by its query or body. */
export function createRequestLog(log: Log): RequestLog {
  const ids = new WeakMap<H3Event, string>();
  const idOf = (event: H3Event) => {
    const id = ids.get(event) ?? toRequestId(event.req.headers.get('x-request-id'));
    ids.set(event, id);
    return id;
  };
  return {
    idOf,
    answered(response, event) {
      const requestId = idOf(event);
      response.headers.set('x-request-id', requestId);
      for (const [name, value] of Object.entries(API_HEADERS))
        if (!response.headers.has(name)) response.headers.set(name, value);
      const route = event.context.matchedRoute?.route ?? null;
      log[levelOf(response.status)](
        { requestId, method: event.req.method, route, status: response.status },
        'answered',
      );
    },
  };
}

function levelOf(status: number): 'debug' | 'info' | 'warn' {
  if (status >= 500) return 'warn';
  return status >= 400 ? 'info' : 'debug';
}
