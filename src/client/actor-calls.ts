import { ActorFrameSchema, ActorListSchema, type ActorFrame, type ActorView } from '../contract/actors.ts';
import { delayAfter, pause } from './backoff.ts';
import { closable } from './closable.ts';
import type { EngineClientError } from './client-error.ts';
import { asTransient, type ConnectionChange } from './event-stream.ts';
import { pathSegment } from './path-segment.ts';
import { readFrames } from './read-frames.ts';
import { parse, type CallOptions, type Transport } from './transport.ts';

/** A frame of the actors: at first, and after each break, a `snapshot` of all of them, then what changed. */
export interface ActorNews extends ActorFrame {
  isSnapshot: boolean;
}

export interface FollowActorsOptions extends CallOptions {
  onConnection?: ((change: ConnectionChange) => void) | undefined;
}

/** The state machines of an engine, at rest and at work. Each call rejects with an `EngineClientError`. */
export class ActorCalls {
  readonly #transport: Transport;
  readonly #silenceMs: number;

  constructor(transport: Transport, silenceMs: number) {
    this.#transport = transport;
    this.#silenceMs = silenceMs;
  }

  /** The actors that run, parents before their children. */
  async list({ signal }: CallOptions = {}): Promise<ActorView[]> {
    const call = { method: 'GET', path: '/actors', schema: ActorListSchema } as const;
    return (await this.#transport.call({ ...call, signal, isRepeatable: true })).actors;
  }

  /** The statechart of a machine, drawn: SVG as text. */
  async drawing(machine: string, { signal }: CallOptions = {}): Promise<string> {
    const path = `/machines/${pathSegment(machine)}`;
    return this.#transport.text(path, { query: { format: 'svg' }, signal });
  }

  /** The actors as they move, for ever. Nothing of it is stored: what happens while the stream is broken is not told. */
  follow({ signal, onConnection }: FollowActorsOptions = {}): AsyncGenerator<ActorNews> {
    return closable(signal, (closing) => this.#follow({ signal: closing, onConnection }));
  }

  async *#follow({ signal, onConnection }: FollowActorsOptions): AsyncGenerator<ActorNews> {
    const request = { path: '/actors', query: { follow: true }, signal, silenceMs: this.#silenceMs };
    let failures = 0;
    const onOpen = () => {
      failures = 0;
      onConnection?.({ state: 'open' });
    };
    for (;;) {
      let error: EngineClientError | null = null;
      try {
        for await (const frames of readFrames(this.#transport, { ...request, onOpen })) {
          for (const { type, data } of frames) if (data !== '') yield toActorNews(type, data);
        }
      } catch (reason) {
        error = asTransient(reason);
      }
      failures += 1;
      const retryInMs = delayAfter(failures, this.#transport.backoff);
      onConnection?.({ state: 'lost', error, retryInMs });
      await pause(retryInMs, signal);
    }
  }
}

export function toActorNews(type: string | undefined, data: string): ActorNews {
  const frame = parse(data, { schema: ActorFrameSchema, what: 'A frame of the actors' });
  return { ...frame, isSnapshot: type === 'snapshot' };
}
