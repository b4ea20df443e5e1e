import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { json } from 'node:stream/consumers';
import { reasonOf } from '../contract/reason-of.ts';
import { perform, sendJson, type Dialect, type MessageRequest } from './scripted-answer.ts';
import type { Step } from './scripted-steps.ts';

export interface ReceivedRequest<Message> {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
  /** The body of a request for what the model says next, null for every other request. */
  message: Message | null;
}

/** The API of a model: where it is asked, and what it answers. */
interface ModelApi<Message extends MessageRequest> extends Dialect {
  /** Whether a POST to this path asks for what the model says next. */
  isForMessage: (path: string) => boolean;
  /** @throws when the body is not what the API takes. */
  parse: (body: unknown) => Message;
  decide: (message: Message) => Step | Promise<Step>;
  /** The status and the body of the answer to every other request. */
  answerOther: (request: { method: string; path: string }) => { status: number; body?: unknown };
}

export interface ScriptedServerOptions<Message> {
  /** TCP port on 127.0.0.1; any free one when left out. */
  port?: number;
  /** Told of each request before it is answered. */
  onRequest?: (request: ReceivedRequest<Message>, response: ServerResponse) => void;
}

export interface ScriptedServer {
  readonly url: string;
  /** Cuts open answers and stops listening. */
  close(): Promise<void>;
}

/** The API of a model on loopback that answers by a script, without an account or a network. */
export async function startScriptedServer<Message extends MessageRequest>(
  api: ModelApi<Message>,
  { port = 0, onRequest }: ScriptedServerOptions<Message>,
): Promise<ScriptedServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const received = await receive(request, api);
    onRequest?.(received, response);
    const { message } = received;
    if (message !== null)
      return perform(await api.decide(message), { request: message, dialect: api, response });
    const { status, body } = api.answerOther(received);
    if (body === undefined) response.writeHead(status).end();
    else sendJson(response, { status, body });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => admitFailure(error, { api, response }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { url: urlOf(server), close: () => closeServer(server) };
}

async function receive<Message extends MessageRequest>(
  request: IncomingMessage,
  { isForMessage, parse }: ModelApi<Message>,
): Promise<ReceivedRequest<Message>> {
  const { method = '', url: path = '', headers } = request;
  const body: unknown = method === 'POST' ? await json(request) : undefined;
  return {
    method,
    path,
    headers,
    body,
    message: method === 'POST' && isForMessage(path) ? parse(body) : null,
  };
}

/** 400, because agents repeat other failures, some for minutes. */
function admitFailure(error: unknown, { api, response }: { api: Dialect; response: ServerResponse }): void {
  if (response.headersSent) return void response.destroy();
  const message = `The script failed: ${reasonOf(error)}`;
  sendJson(response, { status: 400, body: api.failure({ type: 'invalid_request_error', message }) });
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The scripted model listens on no port');
  return `http://127.0.0.1:${address.port}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
