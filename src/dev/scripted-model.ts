import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { MessagesRequestSchema, type MessagesRequest } from './messages-request.ts';
import { streamEvents, wholeMessage, type StreamEvent } from './reply-events.ts';
import type { Reply, Step } from './scripted-steps.ts';

/**
 * Decides what the model does with a request. Claude Code repeats requests (other betas, without streaming), so a
 * script goes by what the request says, never by how many there were.
 */
export type Script = (request: MessagesRequest) => Step | Promise<Step>;

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** The body of `POST /v1/messages`, null for every other request. */
  readonly message: MessagesRequest | null;
  /** The client left before the answer was complete. */
  aborted: boolean;
}

export interface ScriptedModel {
  /** For `ANTHROPIC_BASE_URL`. */
  readonly url: string;
  /** Every request since the start, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** What was asked of the model: the bodies of the requests for a message. */
  messages(): MessagesRequest[];
  /** Cuts open answers and stops listening. */
  close(): Promise<void>;
}

export interface ScriptedModelOptions {
  script: Script;
  /** TCP port on 127.0.0.1; any free one when left out. */
  port?: number;
}

/** An Anthropic Messages API on loopback that answers by a script, without an account or a network. */
export async function startScriptedModel({ script, port = 0 }: ScriptedModelOptions): Promise<ScriptedModel> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    record(request, requests)
      .then((recorded) => answer(recorded, { script, response }))
      .catch((error: unknown) => admitFailure(response, error));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: urlOf(server),
    requests,
    messages: () => requests.flatMap(({ message }) => message ?? []),
    close: () => closeServer(server),
  };
}

async function record(request: IncomingMessage, requests: RecordedRequest[]): Promise<RecordedRequest> {
  const { method = '', url: path = '', headers } = request;
  const body: unknown = method === 'POST' ? await json(request) : undefined;
  const message = isMessageRequest(method, path) ? MessagesRequestSchema.parse(body) : null;
  const recorded = { method, path, headers, body, message, aborted: false };
  requests.push(recorded);
  return recorded;
}

interface Answering {
  script: Script;
  response: ServerResponse;
}

async function answer(recorded: RecordedRequest, { script, response }: Answering): Promise<void> {
  response.on('close', () => {
    recorded.aborted = !response.writableFinished;
  });
  const { method, path, message } = recorded;
  if (message) return perform(await script(message), { request: message, response });
  if (method !== 'POST') return void response.writeHead(200).end();
  if (path.startsWith('/v1/messages/count_tokens')) return sendJson(response, 200, { input_tokens: 100 });
  return sendJson(response, 404, { type: 'error', error: { type: 'not_found_error' } });
}

interface Exchange {
  request: MessagesRequest;
  response: ServerResponse;
}

async function perform(step: Step, { request, response }: Exchange): Promise<void> {
  switch (step.kind) {
    case 'reply':
      if (request.stream) return streamReply(step, { request, response });
      return sendJson(response, 200, await wholeMessage(step, request.model));
    case 'refusal':
      return sendJson(response, step.status, step.body ?? {}, step.headers);
    case 'streamError':
      if (!request.stream) return sendJson(response, 529, { type: 'error', error: step.error });
      startStream(response);
      return void response.end(frame({ type: 'error', error: step.error }));
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'hang':
  }
}

async function streamReply(reply: Reply, { request, response }: Exchange): Promise<void> {
  startStream(response);
  await pipeline(frames(reply, request.model), response, { end: false });
  if (!reply.break) response.end();
  if (reply.break?.how === 'reset') response.socket?.resetAndDestroy();
}

async function* frames(reply: Reply, model: string): AsyncGenerator<string> {
  let sent = 0;
  for await (const event of streamEvents(reply, model)) {
    if (sent === reply.break?.after) return;
    yield frame(event);
    sent += 1;
  }
}

/** 400, because Claude Code repeats other failures for minutes. */
function admitFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const message = `The script failed: ${error instanceof Error ? error.message : String(error)}`;
  sendJson(response, 400, { type: 'error', error: { type: 'invalid_request_error', message } });
}

function startStream(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
}

function frame(event: StreamEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function isMessageRequest(method: string, path: string): boolean {
  return method === 'POST' && /^\/v1\/messages(\?|$)/.test(path);
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
