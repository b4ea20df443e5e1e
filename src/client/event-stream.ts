import { EngineEventSchema, type EngineEvent, type EngineEventType } from '../contract/events.ts';
import { readFramesForEver, type OnConnection } from './read-frames.ts';
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
  onConnection?: OnConnection | undefined;
}

interface Line extends EventStreamOptions {
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
  const request = () => requestOf(line, cursor);
  for await (const frames of readFramesForEver(transport, request, line.onConnection)) {
    for (const { id, type, data } of frames) {
      const isBehind = isAtLeast(id, line.until);
      if (isBehind && id !== line.until && type !== 'stream.reset') return;
      cursor = id ?? cursor;
      if (KNOWN_TYPES.has(type ?? '') && data !== '')
        yield parse(data, { schema: EngineEventSchema, what: 'An event' });
      else if (data !== '') line.beside?.take(type, data);
      if (isBehind) return;
    }
  }
}

/** String order is the order of events. */
function isAtLeast(id: string | undefined, until: string | undefined): boolean {
  return id !== undefined && until !== undefined && id >= until;
}

function requestOf(line: Line, cursor: string | undefined) {
  const { types, chatId, partial, beside, signal } = line;
  return {
    path: '/events',
    query: { types: types?.join(','), chatId, partial, also: beside?.names.join(',') || undefined },
    ...(cursor !== undefined && { headers: { 'last-event-id': cursor } }),
    signal,
  };
}
