import { Readable } from 'node:stream';
import { H3, type H3Event, type HTTPError, type HTTPResponse } from 'h3';
import type { Engine } from './engine.ts';
import { EngineError } from '../errors.ts';
import type { Log } from '../log.ts';
import { API_HEADERS, toEngineError, toRequestId, toResponse } from './refusal.ts';
import { requireSecret } from './require-secret.ts';
import type { Route } from './route.ts';
import { createRoutes } from './routes.ts';

export interface AppOptions {
  engine: Engine;
  /** What callers must send as `X-Replicas-Engine-Secret`. */
  secret: string;
  log: Log;
}

/** The HTTP interface of `engine`, independent of any listener. */
export function createApp({ engine, secret, log }: AppOptions): H3 {
  const requestLog = createRequestLog(log);
  const app = new H3({
    silent: true,
    onError: (error, event) => refuse(error, { log, requestId: requestLog.idOf(event) }),
    onResponse: requestLog.answered,
  });
  app.use(requireSecret(secret));
  register(app, createRoutes(engine));
  return app;
}

function register(app: H3, routes: Route[]): void {
  for (const { method, path, answer, isOpen } of routes) {
    app.on(method, path, answer, { meta: { isOpen } });
    if (method === 'GET') app.on('HEAD', path, (event) => withoutBody(answer(event)), { meta: { isOpen } });
  }
  app.all('/**', ({ req, url }) => {
    const allow = allowedMethods(routes, url.pathname);
    if (allow.length === 0) throw new EngineError('NOT_FOUND');
    throw new EngineError('METHOD_NOT_ALLOWED', { method: req.method, allow });
  });
}

/** Nobody reads the body of an answer to HEAD, so a stream in it would stay open for ever. */
async function withoutBody(answer: Promise<unknown>): Promise<unknown> {
  const answered = await answer;
  if (answered instanceof Readable) answered.destroy();
  return answered;
}

function allowedMethods(routes: Route[], pathname: string): string[] {
  const methods = routes.filter(({ path }) => matches(path, pathname)).map(({ method }) => method);
  return methods.flatMap((method) => (method === 'GET' ? [method, 'HEAD'] : [method])).toSorted();
}

function matches(path: string, pathname: string): boolean {
  const segments = pathname.replace(/\/$/, '').split('/');
  const pattern = path.replace(/\/$/, '').split('/');
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => part.startsWith(':') || part === segments[index])
  );
}

function refuse(error: HTTPError, { log, requestId }: { log: Log; requestId: string }): HTTPResponse {
  const refusal = toEngineError(error);
  if (refusal) return toResponse(refusal);
  log.error({ err: error.cause, requestId }, 'a request failed');
  return toResponse(new EngineError('INTERNAL', { requestId }));
}

interface RequestLog {
  /** The caller's `x-request-id` if it is one, else one of ours; the same for the whole request. */
  idOf: (event: H3Event) => string;
  /** Writes one line per request, and into the answer its id and what every answer carries. */
  answered: (response: Response, event: H3Event) => void;
}

/** Logs each request by its route, never by its query or body. */
function createRequestLog(log: Log): RequestLog {
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
