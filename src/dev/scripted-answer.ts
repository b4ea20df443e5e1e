import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { StreamEvent } from './reply-events.ts';
import type { Reply, Step } from './scripted-steps.ts';

export interface MessageRequest {
  model: string;
  stream?: boolean | undefined;
}

/** How the API of a model says what a step means. */
export interface Dialect {
  events: (reply: Reply, model: string) => AsyncIterable<StreamEvent>;
  /** The same reply in one piece; left out when answers are always streamed. */
  whole?: (reply: Reply, model: string) => Promise<unknown>;
  /** The body of an answer that is an error. */
  failure: (error: { type: string; message: string }) => unknown;
}

interface Exchange {
  request: MessageRequest;
  dialect: Dialect;
  response: ServerResponse;
}

/** Answers a request for what the model says next as the step says. */
export async function perform(step: Step, { request, dialect, response }: Exchange): Promise<void> {
  if (step.kind === 'else') return void (await step.answer(response, request));
  if (dialect.whole !== undefined && request.stream !== true)
    return sendJson(response, { status: 200, body: await dialect.whole(step, request.model) });
  startStream(response);
  await pipeline(frames(dialect.events(step, request.model)), response);
}

export function sendJson(
  response: ServerResponse,
  { status, body, headers }: { status: number; body: unknown; headers?: Readonly<Record<string, string>> },
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function startStream(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
}

export function toFrame(event: StreamEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

async function* frames(events: AsyncIterable<StreamEvent>): AsyncGenerator<string> {
  for await (const event of events) yield toFrame(event);
}
