import { delayAfter, pause } from './backoff.ts';
import { EngineClientError, unreachable } from './client-error.ts';
import { createFrameParser, type Frame } from './frames.ts';
import { readBody } from './read-body.ts';
import type { OpenOptions, Transport } from './transport.ts';

export interface FramesRequest extends OpenOptions {
  path: string;
  onOpen?: () => void;
}

/**
 * Reads one event stream until it ends.
 * @throws {EngineClientError} when it breaks or cannot be opened; the signal's reason when that aborts.
 */
export async function* readFrames(transport: Transport, request: FramesRequest): AsyncGenerator<Frame[]> {
  const { path, onOpen, ...options } = request;
  const { signal } = options;
  const connection = new Connection(signal, transport.silenceMs);
  try {
    const opening = transport.open(path, { ...options, signal: connection.signal });
    const response = await connection.limit(opening);
    onOpen?.();
    const parse = createFrameParser();
    const decoder = new TextDecoder();
    const pieces = readBody(response, connection.signal);
    for (;;) {
      const piece = await connection.limit(pieces.next());
      if (piece.done) return;
      yield parse(decoder.decode(piece.value, { stream: true }));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof EngineClientError ? error : unreachable(transport.url, error);
  } finally {
    connection.close();
  }
}

export type ConnectionChange =
  { state: 'open' } | { state: 'lost'; error: EngineClientError | null; retryInMs: number };

export type OnConnection = (change: ConnectionChange) => void;

/**
 * The frames of a stream for ever: one that broke or ended is opened again, as `request` then says.
 * @throws {EngineClientError} when the engine refuses; the signal's reason when that aborts.
 */
export async function* readFramesForEver(
  transport: Transport,
  request: () => Omit<FramesRequest, 'onOpen'>,
  onConnection: OnConnection | undefined,
): AsyncGenerator<Frame[]> {
  let failures = 0;
  const onOpen = () => {
    failures = 0;
    onConnection?.({ state: 'open' });
  };
  for (;;) {
    const current = request();
    let error: EngineClientError | null = null;
    try {
      yield* readFrames(transport, { ...current, onOpen });
    } catch (reason) {
      error = asPassing(reason);
    }
    failures += 1;
    const retryInMs = delayAfter(failures, transport.backoff);
    onConnection?.({ state: 'lost', error, retryInMs });
    await pause(retryInMs, current.signal);
  }
}

/** Throws what will not pass by itself. */
export function asPassing(error: unknown): EngineClientError {
  if (error instanceof EngineClientError && error.isPassing) return error;
  throw error;
}

/** Ends with its caller's signal, when it is closed, and when what it waits for takes too long. */
class Connection {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #silenceMs: number;

  constructor(outer: AbortSignal | undefined, silenceMs: number) {
    outer?.throwIfAborted();
    this.#outer = outer;
    this.#silenceMs = silenceMs;
    outer?.addEventListener('abort', this.close);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Only waiting for the engine counts, not the time its reader takes. */
  async limit<Value>(waiting: Promise<Value>): Promise<Value> {
    const silence = setTimeout(
      () => this.#controller.abort(new Error(`nothing arrived for ${this.#silenceMs} ms`)),
      this.#silenceMs,
    );
    try {
      return await waiting;
    } finally {
      clearTimeout(silence);
    }
  }

  readonly close = (): void => {
    this.#outer?.removeEventListener('abort', this.close);
    this.#controller.abort(this.#outer?.reason);
  };
}
