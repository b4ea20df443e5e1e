import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { EngineError } from '../errors.ts';
import type { Log } from '../log.ts';
import { toRequestId } from './refusal.ts';
import { refuseBody, refuseRequest } from './refuse-on-socket.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface TakeInOptions {
  log: Log;
  bodyMaxBytes: number;
}

/**
 * `handler`, seeing only requests that have a URL and do not announce too large a body; whatever it throws is an answer,
 * and ends nothing else.
 */
export function takeIn(handler: Handler, { log, bodyMaxBytes }: TakeInOptions): RequestListener {
  return async (request, response) => {
    const requestId = toRequestId(request.headers['x-request-id']);
    try {
      requireUrl(request);
      if (Number(request.headers['content-length']) > bodyMaxBytes)
        return refuseBody(request, response, requestId);
      return void (await handler(request, response));
    } catch (error) {
      if (!(error instanceof EngineError)) log.error({ err: error, requestId }, 'a request failed');
      const refusal = error instanceof EngineError ? error : new EngineError('INTERNAL', { requestId });
      return refuseRequest(response, refusal, requestId);
    }
  };
}

/** @throws {EngineError} `MALFORMED_REQUEST` when host and target make no URL. */
function requireUrl(request: IncomingMessage): void {
  const { headers, httpVersion, url: target = '' } = request;
  const { host } = headers;
  if (host === undefined && httpVersion === '1.1') refuse('the header Host is missing');
  if (host !== undefined && !isHost(host)) refuse('the header Host is not a host with an optional port');
  headers.host ||= ANY_HOST;
  if (DOT_SEGMENT.test(target)) request.url = NO_ROUTE;
  else if (!target.startsWith('/') && target !== '*' && !isHttpUrl(target)) refuse('its target is no URL');
}

const ANY_HOST = 'localhost';

/** A URL resolves these, so that `DELETE /chats/c/queue/..` would reach `/chats/c`. */
const DOT_SEGMENT = /^[^?#]*[/\\](?:\.|%2e){1,2}(?:[/\\?#]|$)/i;

const NO_ROUTE = '*';

function isHost(host: string): boolean {
  return host === '' || (!/[/\\?#@\s]/.test(host) && URL.canParse(`http://${host}/`));
}

function isHttpUrl(target: string): boolean {
  return /^https?:\/\//i.test(target) && URL.canParse(target);
}

function refuse(reason: string): never {
  throw new EngineError('MALFORMED_REQUEST', { reason });
}
