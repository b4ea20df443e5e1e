import { z } from 'zod';
import { delayAfter, pause, type Backoff } from './backoff.ts';
import { EngineClientError, toRefusal, unexpected, unreachable, unsendable } from './client-error.ts';
import { readText } from './read-body.ts';

export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface Call<Schema extends z.ZodType = z.ZodType> extends CallOptions {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Begins with a slash; parameters are percent-encoded already. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /** What a success looks like. */
  schema: Schema;
  /** Whether doing it twice is doing it once; only then a call that failed on the way is repeated. */
  isRepeatable: boolean;
}

type Asked<Schema extends z.ZodType> = Omit<Call<Schema>, 'method' | 'path' | 'isRepeatable'>;

export interface OpenOptions extends CallOptions {
  method?: Call['method'];
  query?: Call['query'];
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

export interface TransportOptions {
  url: string;
  secret: string;
  fetch: typeof fetch;
  backoff: Backoff;
  /** How often a repeatable call is tried in all. */
  attempts: number;
  /** A stream on which nothing arrives for so long counts as broken, in milliseconds. */
  silenceMs: number;
}

/** The way to one engine: sends the secret, nothing but what schemas accept comes back. */
export class Transport {
  readonly url: string;
  readonly backoff: Backoff;
  readonly silenceMs: number;
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.url = baseOf(options.url);
    this.backoff = options.backoff;
    this.silenceMs = options.silenceMs;
    this.#options = options;
  }

  /** @throws {EngineClientError} */
  async call<Schema extends z.ZodType>(call: Call<Schema>): Promise<z.output<Schema>> {
    const attempts = call.isRepeatable ? this.#options.attempts : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#callOnce(call);
      } catch (error) {
        const mayRepeat = error instanceof EngineClientError && error.isTransient && attempt < attempts;
        if (!mayRepeat) throw error;
        await pause(delayAfter(attempt, this.backoff), call.signal);
      }
    }
  }

  /** @throws {EngineClientError} */
  get<Schema extends z.ZodType>(path: string, call: Omit<Asked<Schema>, 'body'>): Promise<z.output<Schema>> {
    return this.again('GET', path, call);
  }

  /**
   * What may be done twice: a call that failed on the way is repeated.
   * @throws {EngineClientError}
   */
  again<Schema extends z.ZodType>(
    method: Call['method'],
    path: string,
    call: Asked<Schema>,
  ): Promise<z.output<Schema>> {
    return this.call({ method, path, isRepeatable: true, ...call });
  }

  /**
   * What may not be done twice.
   * @throws {EngineClientError}
   */
  once<Schema extends z.ZodType>(
    method: Call['method'],
    path: string,
    call: Asked<Schema>,
  ): Promise<z.output<Schema>> {
    return this.call({ method, path, isRepeatable: false, ...call });
  }

  /** @throws {EngineClientError} */
  async text(path: string, options: OpenOptions): Promise<string> {
    return this.#textOf(await this.open(path, options), options.signal);
  }

  /** A successful answer whose body is still to be read. */
  async open(path: string, options: OpenOptions): Promise<Response> {
    const { method = 'GET', query, headers, body, signal = null } = options;
    const request = { method, signal, ...withJson(body, headers) };
    return this.#fetch(`${path}${toQuery(query)}`, request);
  }

  async #callOnce<Schema extends z.ZodType>(call: Call<Schema>): Promise<z.output<Schema>> {
    const { method, path, query, body, schema, signal } = call;
    const response = await this.#fetch(`${path}${toQuery(query)}`, {
      method,
      signal: signal ?? null,
      ...withJson(body),
    });
    const text = await this.#textOf(response, signal);
    return parse(text, { schema, what: `The answer to ${method} ${path}` });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    if (!SECRET.test(this.#options.secret)) throw unsendable();
    const headers = new Headers(init.headers);
    headers.set('x-replicas-engine-secret', this.#options.secret);
    // A redirect would carry the secret to whoever it names.
    const request: RequestInit = { ...init, headers, redirect: 'error', cache: 'no-store' };
    const response = await this.#options
      .fetch(`${this.url}${path}`, request)
      .catch((error: unknown) => this.#giveUp(error, init.signal));
    if (!response.ok) throw toRefusal(response.status, await this.#textOf(response, init.signal));
    return response;
  }

  async #textOf(response: Response, signal: AbortSignal | null | undefined): Promise<string> {
    return readText(response, signal).catch((error: unknown) => this.#giveUp(error, signal));
  }

  #giveUp(error: unknown, signal: AbortSignal | null | undefined): never {
    signal?.throwIfAborted();
    throw unreachable(this.url, error);
  }
}

function withJson(body: unknown, headers: Record<string, string> = {}): RequestInit {
  if (body === undefined) return { headers };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
}

/** What an engine accepts as its secret; nothing where it is not to be told. */
const SECRET = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

/** @throws {TypeError} The text is not repeated: a password may stand in it. */
function baseOf(url: string): string {
  if (isBaseUrl(url)) return url.replace(/\/+$/, '');
  throw new TypeError('This is no URL of an engine: it looks like http://127.0.0.1:3737.');
}

/** With a user, a query or a hash, no path can be added, or `fetch` refuses it. */
export function isBaseUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password, search, hash } = new URL(url);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

/** @throws {EngineClientError} `unexpected_answer` */
export function parse<Schema extends z.ZodType>(
  text: string,
  { schema, what }: { schema: Schema; what: string },
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) throw unexpected(what, error);
    throw error;
  }
}

function toQuery(query: Call['query'] = {}): string {
  const present = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return present.length === 0 ? '' : `?${new URLSearchParams(present).toString()}`;
}

/**
 * One part of a path, encoded. `.` and `..` cannot be: whoever parses the URL takes them for folders, encoded or not, so
 * that the call would reach another route.
 * @throws {TypeError} for these two.
 */
export function pathSegment(text: string): string {
  if (text === '.' || text === '..') throw new TypeError(`"${text}" cannot be part of a path.`);
  return encodeURIComponent(text);
}
