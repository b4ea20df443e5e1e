import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { EngineEvent } from '../../src/contract/events.ts';
import { createEventInbox, type EventInbox, type EventOf } from './event-inbox.ts';
import { fetchOnce } from './fetch-once.ts';
import { watchParts } from './secret-watch.ts';
import { createFrameParser } from './sse-frames.ts';

export interface FollowOptions {
  /** Replay everything after this id first. */
  after?: string;
  types?: readonly string[];
  chatId?: string;
  partial?: boolean;
  /** Come back with `Last-Event-ID` whenever the stream ends, until `close`. */
  resume?: boolean;
  /** A slow reader: takes nothing from the connection until then. */
  startsReading?: Promise<unknown>;
  /** For readers of very many events: not every one is checked against the contract. */
  isUnchecked?: boolean;
}

export interface EventStream {
  /** What arrived so far, in order, checked against the contract. */
  readonly events: readonly EngineEvent[];
  /** The newest id seen, with or without an event. */
  readonly cursor: () => string | null;
  /** The first event that arrived or will arrive for which `predicate` holds. `timeout` in milliseconds. */
  waitFor(predicate: (event: EngineEvent) => boolean, timeout?: number): Promise<EngineEvent>;
  /** The end of the turn of a message. */
  waitForEnd(messageId: string): Promise<EventOf<'chat.turn.completed'>>;
  /** Cuts the connection; a stream that resumes comes back at once. */
  cut(): void;
  /** Resolves when the stream is over; rejects when something arrived that breaks the contract. */
  readonly ended: Promise<void>;
  close(): void;
}

interface Target {
  url: string;
  secret: string;
}

/** Opens `GET /events` and keeps everything that arrives, until the test is over. Resolves once the engine answered. */
export async function followEvents(target: Target, options: FollowOptions): Promise<EventStream> {
  const inbox = createEventInbox({ isChecked: options.isUnchecked !== true });
  const follower = createFollower(target, { options, inbox });
  const first = await follower.connect();
  const ended = follower.run(first);
  ended.catch(inbox.fail);
  onTestFinished(follower.close);
  return {
    events: inbox.events,
    cursor: inbox.cursor,
    waitFor: inbox.waitFor,
    waitForEnd: async (messageId) =>
      (await inbox.waitFor(isEndOf(messageId))) as EventOf<'chat.turn.completed'>,
    cut: follower.cut,
    close: follower.close,
    ended,
  };
}

function createFollower(target: Target, { options, inbox }: { options: FollowOptions; inbox: EventInbox }) {
  let connection = new AbortController();
  let isClosed = false;
  const connect = async (): Promise<Response> => {
    connection = new AbortController();
    return request(target, { options, cursor: inbox.cursor(), signal: connection.signal });
  };
  const run = async (first: Response): Promise<void> => {
    await options.startsReading;
    let response: Response | null = first;
    while (response && !isClosed) {
      await readFrames(response, inbox);
      response = options.resume && !isClosed ? await reconnect(connect, () => isClosed) : null;
    }
  };
  const close = (): void => {
    isClosed = true;
    connection.abort();
  };
  return { connect, run, close, cut: () => connection.abort() };
}

async function reconnect(
  connect: () => Promise<Response>,
  isClosed: () => boolean,
): Promise<Response | null> {
  while (!isClosed()) {
    try {
      return await connect();
    } catch {
      // The engine is on its way back.
      await delay(20);
    }
  }
  return null;
}

interface Connection {
  options: FollowOptions;
  cursor: string | null;
  signal: AbortSignal;
}

async function request(target: Target, { options, cursor, signal }: Connection): Promise<Response> {
  const url = `${target.url}/events?${queryOf(options, cursor)}`;
  const headers = {
    'x-replicas-engine-secret': target.secret,
    ...(cursor === null ? {} : { 'last-event-id': cursor }),
  };
  const response = await fetchOnce(url, { headers, signal });
  if (!response.ok) throw new Error(`GET /events answered ${response.status}: ${await response.text()}`);
  return response;
}

function queryOf({ after, types, chatId, partial }: FollowOptions, cursor: string | null): URLSearchParams {
  return new URLSearchParams({
    ...(after === undefined || cursor !== null ? {} : { after }),
    ...(types === undefined ? {} : { types: types.join(',') }),
    ...(chatId === undefined ? {} : { chatId }),
    ...(partial === undefined ? {} : { partial: String(partial) }),
  });
}

/** Ends quietly with the connection, however that ends; what breaks the contract is thrown. */
async function readFrames(response: Response, inbox: EventInbox): Promise<void> {
  const parse = createFrameParser();
  const watch = watchParts('A stream of events');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const part = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (part.done || part.value === undefined) return;
    watch(part.value);
    for (const frame of parse(part.value)) inbox.take(frame);
  }
}

function isEndOf(messageId: string): (event: EngineEvent) => boolean {
  return (event) => event.type === 'chat.turn.completed' && event.payload.messageId === messageId;
}
