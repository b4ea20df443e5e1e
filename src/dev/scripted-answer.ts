import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { StreamEvent } from './reply-events.ts';
import type { Reply, Step } from './scripted-steps.ts';

export interface MessageRequest {
  model: string;
  stream?: boolean | undefined;
}

export interface ModelError {
  type: string;
  message: string;
}

/** How the API of a model says what a step means. */
export interface Dialect {
  events: (reply: Reply, model: string) => AsyncIterable<StreamEvent>;
  /** The same reply in one piece; left out when answers are always streamed. */
  whole?: (reply: Reply, model: string) => Promise<unknown>;
  /** The event that ends a stream for an error. */
  errorEvent: (error: ModelError) => StreamEvent;
  /** The body of an answer that is an error. */
  failure: (error: ModelError) => unknown;
}

interface Exchange {
  request: MessageRequest;
  dialect: Dialect;
  response: ServerResponse;
}

/** Answers a request for what the model says next as the step says. */
export async function perform(step: Step, exchange: Exchange): Promise<void> {
  const { response } = exchange;
  switch (step.kind) {
    case 'reply':
      return sendReply(step, exchange);
    case 'refusal':
      return sendJson(response, { ...step, body: step.body ?? {} });
    case 'streamError':
      return sendError(step.error, exchange);
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'hang':
  }
}

interface JsonAnswer {
  status: number;
  body: unknown;
  headers?: Readonly<Record<string, string>>;
}

export function sendJson(response: ServerResponse, { status, body, headers }: JsonAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function sendReply(reply: Reply, { request, dialect, response }: Exchange): Promise<void> {
  if (dialect.whole === undefined || request.stream === true) {
    return streamReply(reply, { events: dialect.events(reply, request.model), response });
  }
  sendJson(response, { status: 200, body: await dialect.whole(reply, request.model) });
}

function sendError(error: ModelError, { request, dialect, response }: Exchange): void {
  if (dialect.whole !== undefined && request.stream !== true) {
    return sendJson(response, { status: 529, body: dialect.failure(error) });
  }
  startStream(response);
  response.end(frame(dialect.errorEvent(error)));
}

async function streamReply(
  reply: Reply,
  { events, response }: { events: AsyncIterable<StreamEvent>; response: ServerResponse },
): Promise<void> {
  startStream(response);
  await pipeline(frames(reply, events), response, { end: false });
  if (!reply.break) response.end();
  if (reply.break?.how === 'reset') response.socket?.resetAndDestroy();
}

async function* frames(reply: Reply, events: AsyncIterable<StreamEvent>): AsyncGenerator<string> {
  let sent = 0;
  for await (const event of events) {
    if (sent === reply.break?.after) return;
    yield frame(event);
    sent += 1;
  }
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
