import { SimulatedClock, createActor, fromPromise } from 'xstate';
import type { InspectionEvent } from 'xstate';
import { outboxMachine } from '../../machines/outbox.machine.ts';
import type { OutboxEmitted, OutboxEvent, Telling } from '../../machines/outbox.setup.ts';
import type { WebhookEvent } from '../../src/contract/monolith.ts';
import { takes } from './steps.ts';

/** Time passes (in milliseconds), or something is said to the outbox. */
export type OutboxStep = OutboxEvent | number;

const recordings = new WeakMap<object, string[]>();

/** Its actors only say that they were asked; a test answers for them. */
const machine = outboxMachine.provide({
  actors: {
    nextEvent: fromPromise<WebhookEvent | null, { mayWait: boolean }>(({ input, system }) =>
      asked(system, input.mayWait ? 'wait for the next' : 'look for the next'),
    ),
    tellEvent: fromPromise<Telling, WebhookEvent | null>(({ input, system }) =>
      asked(system, `tell ${input?.id}`),
    ),
    keepDeadLetter: fromPromise<void, { event: WebhookEvent | null; reason: string }>(({ input, system }) =>
      asked(system, `keep ${input.event?.id}: ${input.reason}`),
    ),
  },
});

/** An outbox on a clock the test owns. */
export function startOutbox(inspect?: (event: InspectionEvent) => void) {
  const clock = new SimulatedClock();
  const emitted: OutboxEmitted[] = [];
  const heard: string[] = [];
  const outbox = createActor(machine, { clock, ...(inspect === undefined ? {} : { inspect }) });
  recordings.set(outbox.system, heard);
  outbox.on('*', (event) => emitted.push(event));
  outbox.start();
  return { outbox, clock, emitted, heard, take: takes(outbox, clock) };
}

export function webhook(id: string): WebhookEvent {
  const ts = '2026-01-01T00:00:00.000Z';
  return { id, ts, type: 'engine.ready', payload: { version: 'v1' }, workspaceId: 'workspace-1' };
}

export function found(id: string | null): OutboxEvent {
  return { type: 'xstate.done.actor.nextEvent', output: id === null ? null : webhook(id) };
}

export function told(output: Telling): OutboxEvent {
  return { type: 'xstate.done.actor.tellEvent', output };
}

export const DELIVERED = told({ kind: 'delivered' });
export const REFUSED = told({ kind: 'refused', reason: 'It answered 400.' });
export const UNAVAILABLE = told({ kind: 'unavailable' });
export const KEPT: OutboxEvent = { type: 'xstate.done.actor.keepDeadLetter' };
export const DRAIN: OutboxEvent = { type: 'outbox.drain' };
export const BROKEN = {
  looking: { type: 'xstate.error.actor.nextEvent', error: 'broken' },
  telling: { type: 'xstate.error.actor.tellEvent', error: 'broken' },
  burying: { type: 'xstate.error.actor.keepDeadLetter', error: 'broken' },
} as const satisfies Record<string, OutboxEvent>;

function asked(system: object, what: string): Promise<never> {
  recordings.get(system)?.push(what);
  return new Promise(() => undefined);
}
