import { EngineEventSchema, type EngineEvent } from '../../src/contract/events.ts';
import type { Frame } from './sse-frames.ts';

export type EventOf<Type extends EngineEvent['type']> = Extract<EngineEvent, { type: Type }>;

export interface EventInbox {
  readonly events: EngineEvent[];
  cursor: () => string | null;
  take: (frame: Frame) => void;
  /** Nothing more will arrive: whoever waits is told why. */
  fail: (error: unknown) => void;
  waitFor: (predicate: (event: EngineEvent) => boolean, timeout?: number) => Promise<EngineEvent>;
}

interface Waiter {
  predicate: (event: EngineEvent) => boolean;
  resolve: (event: EngineEvent) => void;
  reject: (error: unknown) => void;
}

/** Events as they arrive, on request checked against the contract, for tests to wait on. */
export function createEventInbox({ isChecked }: { isChecked: boolean }): EventInbox {
  const events: EngineEvent[] = [];
  const waiters = new Set<Waiter>();
  let cursor: string | null = null;
  return {
    events,
    cursor: () => cursor,
    take: (frame) => {
      cursor = frame.id ?? cursor;
      if (frame.data !== null) deliver(parseEvent(frame, isChecked), { events, waiters });
    },
    fail: (error) => waiters.forEach(({ reject }) => reject(error)),
    waitFor: (predicate, timeout = 100_000) => waitFor(predicate, { timeout, events, waiters }),
  };
}

function parseEvent({ id, event: type, data }: Frame, isChecked: boolean): EngineEvent {
  const value: unknown = JSON.parse(data ?? '');
  const event = isChecked ? EngineEventSchema.parse(value) : (value as EngineEvent);
  if (event.type !== type) throw new Error(`The frame says ${type}, its data ${event.type}`);
  if (id !== null && event.id !== id) throw new Error(`The frame has id ${id}, its data ${event.id}`);
  return event;
}

interface Delivery {
  events: EngineEvent[];
  waiters: Set<Waiter>;
}

function deliver(event: EngineEvent, { events, waiters }: Delivery): void {
  events.push(event);
  for (const waiter of waiters) {
    if (waiter.predicate(event)) waiter.resolve(event);
  }
}

async function waitFor(
  predicate: (event: EngineEvent) => boolean,
  { timeout, events, waiters }: Delivery & { timeout: number },
): Promise<EngineEvent> {
  const seen = events.find(predicate);
  if (seen) return seen;
  return new Promise((resolve, reject) => {
    const waiter: Waiter = { predicate, resolve: settle(resolve), reject: settle(reject) };
    const timer = setTimeout(() => waiter.reject(new Error(complaint(predicate, events))), timeout);
    waiters.add(waiter);
    function settle<Value>(action: (value: Value) => void): (value: Value) => void {
      return (value) => {
        clearTimeout(timer);
        waiters.delete(waiter);
        action(value);
      };
    }
  });
}

function complaint(predicate: (event: EngineEvent) => boolean, events: readonly EngineEvent[]): string {
  const recent = events.slice(-15).map((event) => `  ${JSON.stringify(event).slice(0, 300)}`);
  return `No event for which ${predicate.toString()} after ${events.length} events, the last of them:\n${recent.join('\n')}`;
}
