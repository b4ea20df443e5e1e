import type { H3Event } from 'h3';
import { z } from 'zod';
import { EngineError, type EngineErrorCode } from '../errors.ts';
import { STREAM_HEADERS } from './refusal.ts';
import { parseRequest } from './parse-request.ts';

/** One row of the HTTP interface: what `/openapi.json` says about it, and how it answers. */
export interface Route extends Description {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `/chats/:chatId`: a colon starts a parameter. */
  path: string;
  /** Schemas of the parts of a request that the route looks at: `params`, `query`, `headers`, `body`. */
  parts: z.ZodRawShape;
  answer: (event: H3Event) => Promise<unknown>;
}

export interface Answer {
  description: string;
  schema: z.ZodType;
  /** `application/json` when left out. */
  mediaType?: string;
  /** As a caller would get it; one is made of the schema when left out. */
  example?: unknown;
}

interface Description {
  summary: string;
  /** By status; the lowest is set unless the handler sets another. */
  answers: Record<number, Answer>;
  /** What this route refuses besides what any route may refuse. */
  refusals?: EngineErrorCode[];
  /** Answers without the secret. */
  isOpen?: boolean;
  /** A request body as a caller would send it. */
  example?: object;
}

interface Definition<Parts extends z.ZodRawShape> extends Description {
  /** What the route needs of a request. Parts that are not named are neither read nor checked. */
  request?: Parts;
  /** Gets the parsed request; returns what is sent: an `HTTPResponse` or a stream as it is, anything else as JSON. */
  handle: (request: z.output<z.ZodObject<Parts>>, event: H3Event) => unknown;
}

/** What an engine that is about to end refuses new work with. */
export const ENDING_REFUSALS: EngineErrorCode[] = ['SHUTTING_DOWN', 'WORKSPACE_MOVED'];

/** What looking something up may be refused with that is not on disk yet. */
export const READ_REFUSALS: EngineErrorCode[] = ['STORAGE_FULL'];

/** What a change may be refused with that is on disk before it is answered. */
export const WRITE_REFUSALS: EngineErrorCode[] = [...ENDING_REFUSALS, 'OUTCOME_UNKNOWN', ...READ_REFUSALS];

/** What any change of a chat may be refused with. */
export const CHANGE_REFUSALS: EngineErrorCode[] = [...WRITE_REFUSALS, 'CHAT_FAILED'];

/** Declares a route; its handler sees only requests that its schemas accept. */
export function route<Parts extends z.ZodRawShape>(
  method: Route['method'],
  path: string,
  { request: parts, handle, ...description }: Definition<Parts>,
): Route {
  const { answers } = description;
  const [status] = Object.keys(answers);
  const schema = z.object(parts);
  return {
    ...description,
    method,
    path,
    parts: schema.shape,
    async answer(event) {
      const request = await parseRequest(event, schema);
      event.res.status = Number(status);
      const answered = await handle(request, event);
      if (answers[200]?.mediaType === 'text/event-stream') sendAsEvents(event);
      return answered;
    },
  };
}

/** The answers of a route that has one: JSON, with status 200. */
export function ok(description: string, schema: z.ZodType): Record<number, Answer> {
  return { 200: { description, schema } };
}

export function sendAsEvents({ res }: H3Event): void {
  for (const [name, value] of Object.entries(STREAM_HEADERS)) res.headers.set(name, value);
}

/** Answers a command of which nothing is to be told but that it was accepted. */
export async function succeeded(work: Promise<void>) {
  await withDeadline(work);
  return { success: true };
}

/** How long a caller waits for a command to be on disk. */
const COMMIT_DEADLINE_MS = 10_000;

/**
 * What `work` gives, unless it takes too long: the command may still take effect, but its caller is told to repeat it.
 * @throws {EngineError} `OUTCOME_UNKNOWN`, with the `messageId` to repeat.
 */
export async function withDeadline<Result>(
  work: Promise<Result>,
  offender: { messageId?: string } = {},
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EngineError('OUTCOME_UNKNOWN', offender)), COMMIT_DEADLINE_MS);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
