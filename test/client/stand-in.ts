import { EngineClient, type EngineClientOptions } from '../../src/client/client.ts';

/** A request as it arrived, and how to answer it. */
export interface Arrival {
  method: string;
  /** Path and query. */
  path: string;
  headers: Headers;
  body: unknown;
  signal: AbortSignal | null | undefined;
}

export type Reply = (arrival: Arrival) => Response | Promise<Response>;

/** A client whose requests are answered one after the other by `replies`; the last one answers all further ones. */
export function createTestClient(replies: Reply[], options: Partial<EngineClientOptions> = {}) {
  const arrivals: Arrival[] = [];
  const answer: typeof fetch = async (input, init = {}) => {
    init.signal?.throwIfAborted();
    const arrival = toArrival(input, init);
    const reply = replies[Math.min(arrivals.push(arrival), replies.length) - 1]!;
    return reply(arrival);
  };
  const backoff = { firstDelayMs: 1, longestDelayMs: 1 };
  const client = new EngineClient({ url: 'http://engine', secret: 's', fetch: answer, backoff, ...options });
  return { client, arrivals };
}

export function json(body: unknown, status = 200): Reply {
  return () => Response.json(body, { status });
}

/** A stream of these chunks, which then ends; or breaks, or stays open. */
export function stream(chunks: readonly string[], end: 'ends' | 'breaks' | 'stays' = 'ends'): Reply {
  return ({ signal }) => {
    const left = chunks.map((chunk) => new TextEncoder().encode(chunk));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        signal?.addEventListener('abort', () => controller.error(signal.reason));
      },
      pull(controller) {
        const chunk = left.shift();
        if (chunk !== undefined) controller.enqueue(chunk);
        else if (end === 'ends') controller.close();
        else if (end === 'breaks') controller.error(new TypeError('terminated'));
        else return new Promise(() => undefined);
        return undefined;
      },
    });
    return new Response(body);
  };
}

export function networkFailure(): Response {
  throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
}

/** The id of the event with this number. */
export function id(number: number): string {
  return `${String(number).padStart(12, '0')}-aaaaaaaa`;
}

/** A frame of an event as the engine writes it. */
export function frame(number: number, type: string, payload: object): string {
  const data = JSON.stringify({ id: id(number), ts: '2026-01-01T00:00:00.000Z', type, payload });
  return `id: ${id(number)}\nevent: ${type}\ndata: ${data}\n\n`;
}

export function deleted(number: number): string {
  return frame(number, 'chat.deleted', { chatId: `chat-${number}` });
}

/** The first `count` of an iteration, which is then left. */
export async function take<Value>(values: AsyncIterable<Value>, count: number): Promise<Value[]> {
  const taken: Value[] = [];
  for await (const value of values) {
    taken.push(value);
    if (taken.length === count) break;
  }
  return taken;
}

function toArrival(input: Parameters<typeof fetch>[0], init: RequestInit): Arrival {
  const { pathname, search } = new URL(input instanceof Request ? input.url : input);
  const { method = 'GET', body, signal } = init;
  return {
    method,
    path: `${pathname}${search}`,
    headers: new Headers(init.headers),
    body: typeof body === 'string' ? JSON.parse(body) : undefined,
    signal,
  };
}
