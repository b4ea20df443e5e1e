import { EngineEventSchema, type EngineEvent, type EngineEventType } from '../contract/events.ts';
import { delayAfter, pause } from './backoff.ts';
import { EngineClientError } from './client-error.ts';
import { readFrames } from './read-frames.ts';
import { parse, type CallOptions, type Transport } from './transport.ts';

export interface EventStreamOptions extends CallOptions {
  /** Everything behind this event first, with `start` everything that is kept, then live. Without it: live only. */
  after?: string | undefined;
  /** Ends behind this event, whether or not it is one of those that were asked for. */
  until?: string | undefined;
  types?: readonly EngineEventType[] | undefined;
  /** Only events of this chat. */
  chatId?: string | undefined;
  /** Also `chat.turn.partial`: what an agent is writing, piece by piece. */
  partial?: boolean | undefined;
  /** Told when the stream is open, and when it broke and will be opened again. */
  onConnection?: ((change: ConnectionChange) => void) | undefined;
}

export type ConnectionChange =
  { state: 'open' } | { state: 'lost'; error: EngineClientError | null; retryInMs: number };

interface Line extends EventStreamOptions {
  silenceMs: number;
  beside?: Beside | undefined;
}

/** What the same connection carries besides events. It has no cursor: behind a connection that broke it begins anew. */
export interface Beside {
  /** Names as `GET /events?also=` knows them. */
  names: readonly string[];
  /** Told each frame that is no event. */
  take: (type: string | undefined, data: string) => void;
}

const KNOWN_TYPES: ReadonlySet<string> = new Set(
  EngineEventSchema.options.map(({ shape }) => shape.type.value),
);

/**
 * Every event behind the cursor once, in order, for ever: a broken stream is opened again behind the last event that was
 * taken. Where the engine cannot go on there, the next event is a `stream.reset`: read the snapshots again. Events of
 * types that this client does not know are passed over.
 * @throws {EngineClientError} when the engine refuses; the signal's reason when that aborts.
 */
export async function* streamEvents(transport: Transport, line: Line): AsyncGenerator<EngineEvent> {
  let cursor = line.after;
  if (cursor !== undefined && cursor === line.until) return;
  let failures = 0;
  const onOpen = () => {
    failures = 0;
    line.onConnection?.({ state: 'open' });
  };
  for (;;) {
    let error: EngineClientError | null = null;
    try {
      for await (const frames of readFrames(transport, requestOf(line, { cursor, onOpen }))) {
        for (const { id, type, data } of frames) {
          const isBehind = isAtLeast(id, line.until);
          if (isBehind && id !== line.until && type !== 'stream.reset') return;
          cursor = id ?? cursor;
          if (KNOWN_TYPES.has(type ?? '') && data !== '') yield parseEvent(data);
          else if (data !== '') line.beside?.take(type, data);
          if (isBehind) return;
        }
      }
    } catch (reason) {
      error = asTransient(reason);
    }
    failures += 1;
    const retryInMs = delayAfter(failures, transport.backoff);
    line.onConnection?.({ state: 'lost', error, retryInMs });
    await pause(retryInMs, line.signal);
  }
}

/** String order is the order of events. */
function isAtLeast(id: string | undefined, until: string | undefined): boolean {
  return id !== undefined && until !== undefined && id >= until;
}

/** Throws what will not pass by itself. */
export function asTransient(error: unknown): EngineClientError {
  if (error instanceof EngineClientError && error.isTransient) return error;
  throw error;
}

function requestOf(line: Line, { cursor, onOpen }: { cursor: string | undefined; onOpen: () => void }) {
  const { types, chatId, partial, beside, signal, silenceMs } = line;
  return {
    path: '/events',
    query: { types: types?.join(','), chatId, partial, also: beside?.names.join(',') || undefined },
    ...(cursor !== undefined && { headers: { 'last-event-id': cursor } }),
    signal,
    silenceMs,
    onOpen,
  };
}

function parseEvent(data: string): EngineEvent {
  return parse(data, { schema: EngineEventSchema, what: 'An event' });
}
