/** The vocabulary of the outbox machine. */
import { assertEvent, assign, enqueueActions, setup, stateIn } from 'xstate';
import type { EngineEventBody } from '../src/contract/events.ts';
import type { WebhookEvent } from '../src/contract/monolith.ts';
import { backoff, errorEvent } from './failing.ts';
import { mustProvidePromise } from './must-provide.ts';

/** What came of telling one event. `retryAfterMs`: the other side asks not to be tried again before. */
export type Telling =
  | { kind: 'delivered' }
  | { kind: 'refused'; reason: string }
  | { kind: 'unavailable'; retryAfterMs?: number };

export type OutboxEvent =
  | { type: 'outbox.drain' }
  | { type: 'xstate.done.actor.nextEvent'; output: WebhookEvent | null }
  | { type: 'xstate.error.actor.nextEvent'; error: unknown }
  | { type: 'xstate.done.actor.tellEvent'; output: Telling }
  | { type: 'xstate.error.actor.tellEvent'; error: unknown }
  | { type: 'xstate.done.actor.keepDeadLetter' }
  | { type: 'xstate.error.actor.keepDeadLetter'; error: unknown };

/** The event is behind us and is not looked for again. Not for the journal. */
interface EventSettled {
  type: 'event.settled';
  id: string;
}

export type OutboxEmitted = EventSettled | EngineEventBody<'error'>;

export interface DeadLetter {
  event: WebhookEvent;
  reason: string;
}

export interface OutboxContext {
  /** The event that is being told. */
  event: WebhookEvent | null;
  /** Why it was refused. */
  refusal: string;
  /** Attempts in a row that came to nothing. */
  failures: number;
  retryAfterMs: number;
}

export const backoffMs = backoff({ firstMs: 250, longestMs: 300_000 });

export const outboxSetup = setup({
  types: {} as { context: OutboxContext; events: OutboxEvent; emitted: OutboxEmitted },
  actors: {
    /** The oldest event that is not settled; waits for one, or answers null when it may not. */
    nextEvent: mustProvidePromise<WebhookEvent | null, { mayWait: boolean }>('nextEvent'),
    tellEvent: mustProvidePromise<Telling, WebhookEvent | null>('tellEvent'),
    keepDeadLetter: mustProvidePromise<void, { event: WebhookEvent | null; reason: string }>(
      'keepDeadLetter',
    ),
  },
  actions: {
    takeEvent: assign(({ event }) => {
      assertEvent(event, 'xstate.done.actor.nextEvent');
      return { event: event.output };
    }),
    noteRefusal: assign({ refusal: ({ event }) => reasonOf(event) }),
    countFailure: assign({
      failures: ({ context }) => context.failures + 1,
      retryAfterMs: ({ event }) => retryAfterOf(event),
    }),
    announceRefusal: enqueueActions(({ context: { event, refusal }, enqueue }) => {
      if (event !== null) enqueue.emit(refusalOf(event, refusal));
    }),
    settleEvent: enqueueActions(({ context, enqueue }) => {
      if (context.event !== null) enqueue.emit({ type: 'event.settled', id: context.event.id });
      enqueue.assign({ event: null, refusal: '', failures: 0, retryAfterMs: 0 });
    }),
  },
  guards: {
    isNothingLeft: ({ event }) => 'output' in event && event.output === null,
    isDelivered: ({ event }) => tellingOf(event)?.kind === 'delivered',
    isRefused: ({ event }) => tellingOf(event)?.kind === 'refused',
    isDraining: stateIn({ active: { season: 'draining' } }),
    hasEvent: ({ context }) => context.event !== null,
  },
  delays: { backoff: ({ context }) => backoffMs(context, 1) },
});

function tellingOf(event: OutboxEvent): Telling | undefined {
  return event.type === 'xstate.done.actor.tellEvent' ? event.output : undefined;
}

function reasonOf(event: OutboxEvent): string {
  const telling = tellingOf(event);
  return telling?.kind === 'refused' ? telling.reason : '';
}

function retryAfterOf(event: OutboxEvent): number {
  const telling = tellingOf(event);
  return telling?.kind === 'unavailable' ? (telling.retryAfterMs ?? 0) : 0;
}

function refusalOf({ id, type }: WebhookEvent, reason: string): EngineEventBody<'error'> {
  return errorEvent('webhook_refused', {
    message: `The control plane refused the event ${id}; it is kept in the dead-letter file.`,
    details: reason,
    context: { eventId: id, eventType: type },
  });
}
