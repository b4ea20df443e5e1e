import type {
  ConnectionChange,
  EngineClient,
  EngineEvent,
  EngineEventType,
  EventStreamOptions,
} from '../client/client.ts';
import { EngineEventSchema } from '../contract/events.ts';
import { briefOf } from './event-brief.ts';
import { noSuchChat, pickChat } from './find-chat.ts';
import { CliError, EXIT, type Terminal } from './terminal.ts';

export interface TailOptions {
  client: EngineClient;
  json: boolean;
  /** Go on for ever. So it is in any case when there is no `since`. */
  follow: boolean;
  /** The event behind which it begins, or `start`; now when left out. */
  since?: string | undefined;
  types?: EngineEventType[] | undefined;
  /** The id of a chat, or the beginning of it. */
  chatId?: string | undefined;
  partial: boolean;
}

/** Prints events, one per line: those up to now, or those from now on. */
export async function tail(terminal: Terminal, options: TailOptions): Promise<number> {
  const signal = terminal.stopSignal();
  const print = (event: EngineEvent) =>
    terminal.print(`${options.json ? JSON.stringify(event) : briefOf(event, terminal.colors)}\n`);
  try {
    let printed = 0;
    const range = await toRange(options, signal);
    const onConnection = (change: ConnectionChange) => terminal.complain(noteOf(change));
    for await (const event of options.client.events({ ...range, signal, onConnection })) {
      if (printed === 0) refuseReset(event, options.since);
      print(event);
      printed += 1;
    }
    if (printed === 0 && !range.isChatThere) throw noSuchChat(options.chatId, undefined);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return EXIT.DONE;
}

/** What is asked of the engine. */
interface Range extends Pick<EventStreamOptions, 'after' | 'until' | 'types' | 'chatId' | 'partial'> {
  isChatThere: boolean;
}

async function toRange(
  { client, follow, since, types, partial, chatId }: TailOptions,
  signal: AbortSignal,
): Promise<Range> {
  const { chats, lastEventId } = await client.chats.list({ signal });
  const chat = chatId === undefined ? null : pickChat(chats, { chatId });
  const until = follow || since === undefined ? undefined : lastEventId;
  const isChatThere = chatId === undefined || chat !== null;
  // Of a chat that was deleted, the log may have events still.
  if (!isChatThere && until === undefined) throw noSuchChat(chatId, undefined);
  return { after: since, until, types, partial, chatId: chat?.id ?? chatId, isChatThere };
}

/** @throws {CliError} when the first thing that comes is that nothing can follow the event that was named. */
function refuseReset(event: EngineEvent, since: string | undefined): void {
  if (event.type !== 'stream.reset' || since === undefined) return;
  const { reason, oldestId } = event.payload;
  const what = reason === 'expired' ? `Event ${since} is no longer kept` : `There is no event ${since}`;
  throw new CliError(`${what}; the oldest is ${oldestId}. --since start begins with it.`, EXIT.FAILED);
}

/** @throws {CliError} when it is neither an id of events nor `start`. */
export function toCursor(text: string): string {
  if (text === 'start' || EVENT_ID.test(text)) return text;
  const message = `"${text}" is no id of an event, as 000000000042-5f0c2a91 is. --since start begins with the oldest one.`;
  throw new CliError(message, EXIT.USAGE);
}

const EVENT_ID = /^\d{12}-[0-9a-f]{8}$/;

/** @throws {CliError} when one of them is no type of event. */
export function toEventTypes(list: string): EngineEventType[] {
  const known = EngineEventSchema.options.map(({ shape }) => shape.type.value);
  return list.split(',').map((name) => {
    const type = known.find((candidate) => candidate === name.trim());
    if (type !== undefined) return type;
    throw new CliError(`There is no event type "${name}"; the types are ${known.join(', ')}.`, EXIT.USAGE);
  });
}

/** What to say of a connection; nothing while it is good. */
export function noteOf(change: ConnectionChange): string {
  return change.state === 'open' ? '' : `${change.error?.message ?? 'The stream ended.'} Trying again.\n`;
}
