import { getQuery, type H3Event } from 'h3';
import type { z } from 'zod';
import type { Issue } from '../contract/error-table.ts';
import { inWords } from '../contract/issue-words.ts';
import { isTooDeep } from '../contract/parse-json.ts';
import { EngineError } from '../errors.ts';

const ISSUES_SHOWN = 20;
const MESSAGE_CHARACTERS_SHOWN = 200;

/**
 * The parts of a request that `schema` names, parsed.
 * @throws {EngineError} `VALIDATION_FAILED` naming what is wrong in all of them, or why the body cannot be read.
 */
export async function parseRequest<Parts extends z.ZodRawShape>(event: H3Event, schema: z.ZodObject<Parts>) {
  const { shape } = schema;
  const request = {
    params: 'params' in shape && pathParameters(event),
    query: 'query' in shape && getQuery(event),
    headers: 'headers' in shape && Object.fromEntries(event.req.headers.entries()),
    body: 'body' in shape ? await readJson(event) : undefined,
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

/**
 * The body as JSON whatever its content type says: `curl -d` calls everything a form.
 * @throws {EngineError} `MALFORMED_JSON`, which names another encoding than plain UTF-8.
 */
async function readJson({ req }: H3Event): Promise<unknown> {
  const bytes = await readBytes(req);
  if (bytes.length === 0) return undefined;
  const encoding = codingOf(req.headers) ?? encodingOf(bytes);
  if (encoding !== undefined)
    refuse(`it is ${encoding}; send it uncompressed, as UTF-8 without a byte order mark`);
  const text = toText(bytes);
  const value = parse(text);
  return isTooDeep(text) ? refuse('it is nested too deeply') : value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : String(cause));
  }
}

async function readBytes(request: Request): Promise<Uint8Array> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch (cause) {
    const isTooLarge = cause instanceof Error && 'status' in cause && cause.status === 413;
    throw new EngineError(isTooLarge ? 'PAYLOAD_TOO_LARGE' : 'BODY_INCOMPLETE', undefined, { cause });
  }
}

/** What `Content-Encoding` says was done to the body. */
function codingOf(headers: Headers): string | undefined {
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return undefined;
  return `compressed (${coding.replaceAll(/[^\w, -]/g, '').slice(0, 40)})`;
}

/** Another encoding than UTF-8, by its first bytes; of JSON the first two are ASCII. */
function encodingOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return ENCODINGS.find(([pattern]) => pattern.test(start))?.[1];
}

const ENCODINGS: [RegExp, string][] = [
  [/^1f8b/, 'compressed (gzip)'],
  [/^28b52ffd/, 'compressed (zstd)'],
  [/^(?:fffe0000|0000feff|000000|..000000)/, 'UTF-32'],
  [/^(?:fffe|feff|00..|..00)/, 'UTF-16'],
  [/^efbbbf/, 'UTF-8 with a byte order mark'],
];

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function toText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return refuse('it is not UTF-8');
  }
}

function refuse(reason: string): never {
  throw new EngineError('MALFORMED_JSON', { reason });
}
