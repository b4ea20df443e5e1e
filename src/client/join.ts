import type { EngineEvent } from '../contract/events.ts';
import { delayAfter, pause } from './backoff.ts';
import { streamEvents, type Beside, type EventStreamOptions } from './event-stream.ts';
import { asPassing } from './read-frames.ts';
import type { CallOptions, Transport } from './transport.ts';

/**
 * A state as it was read, in more than one call: no part is older than `from`, none newer than `to`. Events between
 * the two may be in it already; the fold of them again leads to the same state, because each says the whole new value.
 */
export interface Snapshot<State> {
  state: State;
  from: string;
  to: string;
}

export interface Joint<State> {
  read: (options: CallOptions) => Promise<Snapshot<State>>;
  fold: (state: State, event: EngineEvent) => State;
  /** Whether nothing follows `event`; left out when something always may. */
  isLast?: (event: EngineEvent) => boolean;
}

export interface JoinOptions extends Omit<EventStreamOptions, 'after' | 'until' | 'types'> {
  beside?: Beside | undefined;
}

/** A state and the event that led to it; null where it was read from the engine: at first, and after a reset. */
export interface Joined<State> {
  state: State;
  event: EngineEvent | null;
  lastEventId: string;
}

/** Reads a state and follows it: each one that is yielded is the state as of one event of the log. */
export async function* join<State>(
  transport: Transport,
  joint: Joint<State>,
  options: JoinOptions,
): AsyncGenerator<Joined<State>> {
  for (;;) {
    const snapshot = await readPatiently(transport, joint, options);
    const caughtUp = await catchUp(transport, { snapshot, joint }, options);
    if (caughtUp === null) continue;
    let { state, lastEventId } = caughtUp;
    yield { state, event: null, lastEventId };
    for await (const event of streamEvents(transport, { ...options, after: lastEventId })) {
      if (event.type === 'stream.reset') break;
      state = joint.fold(state, event);
      lastEventId = event.id;
      yield { state, event, lastEventId };
      if (joint.isLast?.(event)) return;
    }
  }
}

async function readPatiently<State>(
  transport: Transport,
  { read }: Joint<State>,
  { signal, onConnection }: JoinOptions,
): Promise<Snapshot<State>> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await read({ signal });
    } catch (reason) {
      const error = asPassing(reason);
      const retryInMs = delayAfter(failures, transport.backoff);
      onConnection?.({ state: 'lost', error, retryInMs });
      await pause(retryInMs, signal);
    }
  }
}

/** The state as of exactly one event; null when it is to be read again. */
async function catchUp<State>(
  transport: Transport,
  { snapshot: { state, from, to }, joint }: { snapshot: Snapshot<State>; joint: Joint<State> },
  { chatId, signal }: JoinOptions,
): Promise<{ state: State; lastEventId: string } | null> {
  const missed = { after: from, until: to, chatId, signal };
  for await (const event of streamEvents(transport, missed)) {
    if (event.type === 'stream.reset' || joint.isLast?.(event)) return null;
    state = joint.fold(state, event);
  }
  return { state, lastEventId: to };
}
