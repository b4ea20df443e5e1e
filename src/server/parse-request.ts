import { getQuery } from 'h3';
import type { H3Event } from 'h3';
import { z } from 'zod';
import { inWords } from '../contract/in-words.ts';
import { EngineError } from '../errors.ts';
import type { Issue } from '../error-table.ts';
import { readJson } from './read-json.ts';

const ISSUES_SHOWN = 20;
const MESSAGE_CHARACTERS_SHOWN = 200;

/**
 * The parts of a request that `schema` names, parsed.
 * @throws {EngineError} `VALIDATION_FAILED` naming what is wrong in all of them, or why the body cannot be read.
 */
export async function parseRequest<Parts extends z.ZodRawShape>(event: H3Event, schema: z.ZodObject<Parts>) {
  const request = {
    params: pathParameters(event),
    query: getQuery(event),
    headers: Object.fromEntries(event.req.headers.entries()),
    body: 'body' in schema.shape ? await readJson(event) : undefined,
  };
  const result = schema.safeParse(request, { error: inWords });
  if (result.success) return result.data;
  throw new EngineError('VALIDATION_FAILED', {
    issues: result.error.issues.slice(0, ISSUES_SHOWN).map(toIssue),
  });
}

/** A path parameter may hold any character, an encoded slash included. */
function pathParameters({ context }: H3Event): Record<string, string> {
  const parameters = Object.entries(context.params ?? {});
  return Object.fromEntries(parameters.map(([name, value]) => [name, decodeURIComponent(value)]));
}

/** `body.message` is called `message`; only a body that is wrong as a whole is called `body`. */
function toIssue({ path, message }: { path: PropertyKey[]; message: string }): Issue {
  return {
    path: path.slice(1).map(String).join('.') || 'body',
    message: message.slice(0, MESSAGE_CHARACTERS_SHOWN),
  };
}
