import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { finished, type Duplex } from 'node:stream';
import { EngineError } from '../errors.ts';
import { API_HEADERS, toAnswer, toRequestId } from './refusal.ts';

/** A client that still sends when it is refused would otherwise be reset before it has read the refusal. */
const LINGER_MS = 500;

const METHODS = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST'];

/** Gives the one shape to what Node itself refuses, which it would do without a word. */
export function refuseOnSocket(server: Server): void {
  const answering = new WeakMap<Duplex, ServerResponse>();
  Object.assign(server, { requireHostHeader: false }); // whoever answers requests refuses those without
  server.prependListener('request', ({ socket }, response) => answering.set(socket, response));
  server.on('checkExpectation', ({ headers }, response) =>
    refuseRequest(response, new EngineError('EXPECTATION_FAILED'), toRequestId(headers['x-request-id'])),
  );
  server.on('connect', (_request, socket) =>
    refuse(socket, new EngineError('METHOD_NOT_ALLOWED', { method: 'CONNECT', allow: METHODS })),
  );
  server.on('clientError', (error, socket) => refuse(socket, toRefusal(error), answering.get(socket)));
}

/** Refuses a request that has a response of its own; one that is half sent is cut. */
export function refuseRequest(response: ServerResponse, error: EngineError, requestId: string): void {
  if (response.headersSent) return void response.destroy();
  const { status, headers, body } = toLastAnswer(error, requestId);
  response.writeHead(status, headers).end(body);
}

/** Refuses a request for the length of its body, which is not waited for; what comes of it meanwhile is passed over. */
export function refuseBody(request: IncomingMessage, response: ServerResponse, requestId: string): void {
  const { status, headers, body } = toLastAnswer(new EngineError('PAYLOAD_TOO_LARGE'), requestId);
  response.writeHead(status, headers).write(body);
  const lingering = setTimeout(() => response.end(), LINGER_MS).unref();
  finished(request.resume(), () => {
    clearTimeout(lingering);
    response.end();
  });
}

function refuse(socket: Duplex, error: EngineError, response?: ServerResponse): void {
  socket.on('error', () => undefined); // it may be gone already
  const isAnswering = response !== undefined && !response.writableFinished;
  if (!socket.writable || (isAnswering && response.headersSent)) return void socket.destroy();
  socket.end(toText(error));
  if (isAnswering) socket.destroy();
  else setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function toText(error: EngineError): string {
  const { status, headers, body } = toLastAnswer(error, toRequestId(undefined));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}

/** The last one over its connection. */
function toLastAnswer(error: EngineError, requestId: string) {
  const { status, headers, body } = toAnswer(error);
  const own = {
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    connection: 'close',
  };
  return { status, headers: { ...API_HEADERS, ...headers, ...own }, body };
}

function toRefusal(error: Error & { code?: string; reason?: string }): EngineError {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return new EngineError('HEADERS_TOO_LARGE');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new EngineError('PAYLOAD_TOO_LARGE');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new EngineError('REQUEST_TIMEOUT');
    default:
      return new EngineError('MALFORMED_REQUEST', { reason: error.reason ?? 'it cannot be read' });
  }
}
