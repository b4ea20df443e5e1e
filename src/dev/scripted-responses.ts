import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { StreamEvent } from './reply-events.ts';
import { responseEvents } from './response-events.ts';
import {
  promptsOf,
  ResponsesRequestSchema,
  resultsSincePrompt,
  type ResponsesRequest,
} from './responses-request.ts';
import type { Reply, Step } from './scripted-steps.ts';
import type { Turn } from './turn-script.ts';

export interface ScriptedResponses {
  /** The base of the API, without `/v1`. */
  readonly url: string;
  /** What was asked of the model, oldest first. */
  readonly requests: readonly ResponsesRequest[];
  /** Method and path of every other request. */
  readonly strays: readonly string[];
  /** Cuts open answers and stops listening. */
  close(): Promise<void>;
}

/** An OpenAI Responses API on loopback that answers by a script, without an account or a network. */
export async function startScriptedResponses({ turn }: { turn: Turn }): Promise<ScriptedResponses> {
  const requests: ResponsesRequest[] = [];
  const strays: string[] = [];
  const server = createServer((request, response) => {
    receive(request, { requests, strays })
      .then((body) => answer(body, { turn, response }))
      .catch((error: unknown) => admitFailure(response, error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: urlOf(server), requests, strays, close: () => closeServer(server) };
}

async function receive(
  request: IncomingMessage,
  { requests, strays }: { requests: ResponsesRequest[]; strays: string[] },
): Promise<ResponsesRequest | null> {
  const { method = '', url: path = '' } = request;
  if (method !== 'POST' || !path.endsWith('/responses')) {
    strays.push(`${method} ${path}`);
    return null;
  }
  const body = ResponsesRequestSchema.parse(await json(request));
  requests.push(body);
  return body;
}

interface Answering {
  turn: Turn;
  response: ServerResponse;
}

async function answer(request: ResponsesRequest | null, { turn, response }: Answering): Promise<void> {
  if (request === null) return sendJson(response, 404, { error: { message: 'not found' } });
  const step = await turn(promptsOf(request).at(-1) ?? '', resultsSincePrompt(request));
  return perform(step, { request, response });
}

async function perform(
  step: Step,
  { request, response }: { request: ResponsesRequest; response: ServerResponse },
): Promise<void> {
  switch (step.kind) {
    case 'reply':
      return streamReply(step, { model: request.model, response });
    case 'refusal':
      return sendJson(response, step.status, step.body ?? {}, step.headers);
    case 'streamError':
      startStream(response);
      return void response.end(frame({ type: 'response.failed', response: { error: step.error } }));
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'hang':
  }
}

async function streamReply(
  reply: Reply,
  { model, response }: { model: string; response: ServerResponse },
): Promise<void> {
  startStream(response);
  await pipeline(frames(reply, model), response, { end: false });
  if (!reply.break) response.end();
  if (reply.break?.how === 'reset') response.socket?.resetAndDestroy();
}

async function* frames(reply: Reply, model: string): AsyncGenerator<string> {
  let sent = 0;
  for await (const event of responseEvents(reply, model)) {
    if (sent === reply.break?.after) return;
    yield frame(event);
    sent += 1;
  }
}

/** 400, because Codex repeats other failures. */
function admitFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const message = `The script failed: ${error instanceof Error ? error.message : String(error)}`;
  sendJson(response, 400, { error: { type: 'invalid_request_error', message } });
}

function startStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
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
