import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { json } from 'node:stream/consumers';
import { perform, sendJson, type Dialect, type MessageRequest } from './scripted-answer.ts';
import type { Step } from './scripted-steps.ts';

export interface RecordedRequest<Message> {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** The body of a request for what the model says next, null for every other request. */
  readonly message: Message | null;
  /** The client left before the answer was complete. */
  aborted: boolean;
}

/** The API of a model: where it is asked, and what it answers. */
export interface ModelApi<Message extends MessageRequest> extends Dialect {
  /** Whether a POST to this path asks for what the model says next. */
  isForMessage: (path: string) => boolean;
  /** @throws when the body is not what the API takes. */
  parse: (body: unknown) => Message;
  decide: (message: Message) => Step | Promise<Step>;
  /** The status and the body of the answer to every other request. */
  answerOther: (request: { method: string; path: string }) => { status: number; body?: unknown };
}

export interface ScriptedServer<Message> {
  readonly url: string;
  /** Every request since the start, oldest first. */
  readonly requests: readonly RecordedRequest<Message>[];
  /** Cuts open answers and stops listening. */
  close(): Promise<void>;
}

/** The API of a model on loopback that answers by a script, without an account or a network. */
export async function startScriptedServer<Message extends MessageRequest>(
  api: ModelApi<Message>,
  { port = 0 }: { port?: number | undefined } = {},
): Promise<ScriptedServer<Message>> {
  const requests: RecordedRequest<Message>[] = [];
  const server = createServer((request, response) => {
    record(request, { api, requests })
      .then((recorded) => answer(recorded, { api, response }))
      .catch((error: unknown) => admitFailure(error, { api, response }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { url: urlOf(server), requests, close: () => closeServer(server) };
}

async function record<Message extends MessageRequest>(
  request: IncomingMessage,
  { api, requests }: { api: ModelApi<Message>; requests: RecordedRequest<Message>[] },
): Promise<RecordedRequest<Message>> {
  const { method = '', url: path = '', headers } = request;
  const body: unknown = method === 'POST' ? await json(request) : undefined;
  const message = method === 'POST' && api.isForMessage(path) ? api.parse(body) : null;
  const recorded = { method, path, headers, body, message, aborted: false };
  requests.push(recorded);
  return recorded;
}

async function answer<Message extends MessageRequest>(
  recorded: RecordedRequest<Message>,
  { api, response }: { api: ModelApi<Message>; response: ServerResponse },
): Promise<void> {
  response.on('close', () => {
    recorded.aborted = !response.writableFinished;
  });
  const { message } = recorded;
  if (message !== null)
    return perform(await api.decide(message), { request: message, dialect: api, response });
  const { status, body } = api.answerOther(recorded);
  if (body === undefined) response.writeHead(status).end();
  else sendJson(response, { status, body });
}

/** 400, because agents repeat other failures, some for minutes. */
function admitFailure(error: unknown, { api, response }: { api: Dialect; response: ServerResponse }): void {
  if (response.headersSent) return void response.destroy();
  const message = `The script failed: ${error instanceof Error ? error.message : String(error)}`;
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
