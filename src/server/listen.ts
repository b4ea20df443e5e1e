import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from 'listhen';
import type { ServerRequest } from 'srvx';
import { toNodeHandler } from 'srvx/node';
import { EngineError } from '../errors.ts';
import type { Log } from '../log.ts';
import { readBody } from './read-body.ts';
import { refuseOnSocket } from './refuse-on-socket.ts';
import { takeIn } from './take-in.ts';

/** How long answers that are under way may take once the listener closes. */
const CLOSING_GRACE_MS = 2_000;

/** How soon a connection is closed whose answer ended meanwhile. */
const SWEEP_MS = 50;

const REQUEST_TIMEOUT_MS = 60_000;

export interface ListenOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  bodyMaxBytes: number;
  log: Log;
  /** How long a request may take to arrive, its body included; looked at every thirty seconds. */
  requestTimeoutMs?: number;
}

export interface Listener {
  url: string;
  /** Takes no more connections, lets answers finish for two seconds, then cuts the rest. */
  close(): Promise<void>;
}

/** Whatever answers a request, an `H3` app for one. */
export interface Application {
  fetch(request: Request): Response | Promise<Response>;
}

/**
 * Serves `app` over HTTP.
 * @throws {EngineError} `PORT_UNAVAILABLE` when it cannot have exactly this host and port.
 */
export async function startListener(
  app: Application,
  { host, port, bodyMaxBytes, log, requestTimeoutMs = REQUEST_TIMEOUT_MS }: ListenOptions,
): Promise<Listener> {
  const fetch = async (request: ServerRequest) => {
    const source = request.runtime?.node?.req as IncomingMessage | undefined; // of HTTP/1, which alone is served
    if (source !== undefined) request.arrayBuffer = () => readBody(source, bodyMaxBytes);
    return closingWithClient(await app.fetch(request), request);
  };
  const handler = toNodeHandler(fetch);
  // The handler is typed for HTTP/1 and HTTP/2 at once; listhen only serves it the former here.
  const answer = takeIn(handler as RequestListener, { log, bodyMaxBytes });
  const listener = await listen(answer, {
    ...QUIET,
    hostname: host,
    port,
    public: isAnyHost(host),
    isProd: port !== 0,
  }).catch((cause: unknown) => {
    throw new EngineError('PORT_UNAVAILABLE', { host, port }, { cause });
  });
  const { server } = listener;
  // What listhen added writes to sockets that may be gone, where nobody could catch it.
  server.removeAllListeners('request').on('request', answer);
  refuseOnSocket(server);
  Object.assign(server, {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    httpAllowHalfOpen: true, // who has said all it wants to say is answered
  });
  const close = () => closeGently(server);
  const address = server.address();
  if (!isAddress(address) || (port !== 0 && address.port !== port)) {
    await close();
    throw new EngineError('PORT_UNAVAILABLE', { host, port });
  }
  return { url: toUrl(host, address.port), close };
}

/** A client that closes its half while it listens to a stream has left. */
function closingWithClient(response: Response, { runtime }: ServerRequest): Response {
  const socket = runtime?.node?.req.socket;
  if (response.headers.get('content-type') !== 'text/event-stream') return response;
  if (socket?.readableEnded === true) socket.destroy();
  else socket?.once('end', () => socket.destroy());
  return response;
}

async function closeGently(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const sweeping = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const cutting = setTimeout(() => server.closeAllConnections(), CLOSING_GRACE_MS);
  await closed;
  clearInterval(sweeping);
  clearTimeout(cutting);
}

/** Only the listener itself: no banner, no signal handlers, nothing that leaves this machine. */
const QUIET = {
  showURL: false,
  autoClose: false,
  clipboard: false,
  open: false,
  tunnel: false,
  isTest: true,
};

function isAnyHost(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

function toUrl(host: string, port: number): string {
  const reachable = isAnyHost(host) ? 'localhost' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
