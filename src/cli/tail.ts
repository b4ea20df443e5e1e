import pc from 'picocolors';
import type { EngineClient, EngineEvent, EngineEventType } from '../client/client.ts';
import { EngineEventSchema } from '../contract/events.ts';
import { noteOf } from './connection-note.ts';
import { briefOf } from './event-brief.ts';
import { CliError, EXIT, type Terminal } from './terminal.ts';

export interface TailOptions {
  client: EngineClient;
  json: boolean;
  /** Go on for ever. So it is in any case when there is no `since`. */
  follow: boolean;
  /** The event behind which it begins; now when left out. */
  since?: string;
  types?: EngineEventType[];
  chatId?: string;
  partial: boolean;
}

/** Prints events, one per line: those up to now, or those from now on. */
export async function tail(terminal: Terminal, options: TailOptions): Promise<number> {
  const signal = terminal.stopSignal();
  const colors = pc.createColors(terminal.hasColors);
  const print = (event: EngineEvent) =>
    terminal.print(`${options.json ? JSON.stringify(event) : briefOf(event, colors)}\n`);
  try {
    const { since } = options;
    if (options.follow || since === undefined) await follow(terminal, { ...options, signal, print });
    else await printUntilNow({ ...options, since, signal, print });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return EXIT.DONE;
}

interface Tail extends TailOptions {
  signal: AbortSignal;
  print: (event: EngineEvent) => void;
}

async function follow(terminal: Terminal, { client, since: after, print, ...options }: Tail): Promise<void> {
  const { types, chatId, partial, signal } = options;
  const events = client.events({
    after,
    types,
    chatId,
    partial,
    signal,
    onConnection: (change) => terminal.complain(noteOf(change)),
  });
  for await (const event of events) print(event);
}

/** Everything is read, so that the end is seen whatever is to be shown. */
async function printUntilNow({ client, since: after, signal, ...wanted }: Tail): Promise<void> {
  const { lastEventId } = await client.status({ signal });
  if (after === lastEventId) return;
  for await (const event of client.events({ after, signal })) {
    if (isWanted(event, wanted)) wanted.print(event);
    if (event.id >= lastEventId) return;
  }
}

function isWanted(event: EngineEvent, { types, chatId }: Pick<TailOptions, 'types' | 'chatId'>): boolean {
  if (event.type === 'stream.reset') return true;
  if (types !== undefined && !types.includes(event.type)) return false;
  return chatId === undefined || chatId === chatIdOf(event);
}

function chatIdOf({ payload }: EngineEvent): string | undefined {
  if ('chatId' in payload) return payload.chatId;
  return 'chat' in payload ? payload.chat.id : undefined;
}

/** @throws {CliError} when one of them is no type of event. */
export function toEventTypes(list: string): EngineEventType[] {
  const known = EngineEventSchema.options.map(({ shape }) => shape.type.value);
  return list.split(',').map((name) => {
    const type = known.find((candidate) => candidate === name.trim());
    if (type !== undefined) return type;
    throw new CliError(`There is no event type "${name}"; there is ${known.join(', ')}.`, EXIT.USAGE);
  });
}
