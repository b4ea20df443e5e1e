/**
 * What the control plane is still to be told: one event after the other, in the order of the journal.
 *
 * Nothing overtakes: the next event is looked for when the one before it has been taken or refused for good. While the
 * control plane is away the same event is tried again, later each time; a refusal goes into the dead-letter file and is
 * announced. A drain tells what is left, as long as somebody listens, and leaves the rest for the next engine.
 */
import { outboxSetup } from './outbox.setup.ts';

export const outboxMachine = outboxSetup.createMachine({
  id: 'outbox',
  context: { event: null, refusal: '', failures: 0, retryAfterMs: 0 },
  initial: 'active',
  states: {
    active: {
      description: 'Sends the control plane the events it must hear of.',
      type: 'parallel',
      states: {
        delivery: {
          description: 'Handles one event after the other.',
          initial: 'looking',
          states: {
            looking: {
              description: 'Looks for the next event and, when everything has been told, waits for one.',
              invoke: {
                id: 'nextEvent',
                src: 'nextEvent',
                input: { mayWait: true },
                onDone: [
                  { guard: 'isNothingLeft', target: '#outbox.stopped' },
                  { target: 'telling', actions: 'takeEvent' },
                ],
                onError: { target: 'backingOff', actions: 'countFailure' },
              },
              on: { 'outbox.drain': { target: 'emptying' } },
            },
            emptying: {
              description: 'Looks for events that are left, without waiting for new ones.',
              invoke: {
                id: 'nextEvent',
                src: 'nextEvent',
                input: { mayWait: false },
                onDone: [
                  { guard: 'isNothingLeft', target: '#outbox.stopped' },
                  { target: 'telling', actions: 'takeEvent' },
                ],
                onError: { target: '#outbox.stopped' },
              },
            },
            telling: {
              description: 'The event is on its way to the control plane.',
              invoke: {
                id: 'tellEvent',
                src: 'tellEvent',
                input: ({ context }) => context.event,
                onDone: [
                  { guard: 'isDelivered', target: 'settled' },
                  { guard: 'isRefused', target: 'burying', actions: 'noteRefusal' },
                  { guard: 'isDraining', target: '#outbox.stopped' },
                  { target: 'backingOff', actions: 'countFailure' },
                ],
                onError: [
                  { guard: 'isDraining', target: '#outbox.stopped' },
                  { target: 'backingOff', actions: 'countFailure' },
                ],
              },
            },
            burying: {
              description:
                'The control plane will never take the event: it is written to the dead-letter file.',
              invoke: {
                id: 'keepDeadLetter',
                src: 'keepDeadLetter',
                input: ({ context }) => ({ event: context.event, reason: context.refusal }),
                onDone: { target: 'settled', actions: 'announceRefusal' },
                onError: [
                  { guard: 'isDraining', target: '#outbox.stopped' },
                  { target: 'backingOff', actions: 'countFailure' },
                ],
              },
            },
            settled: {
              description: 'The event is done: decides whether to wait for the next.',
              entry: 'settleEvent',
              always: [{ guard: 'isDraining', target: 'emptying' }, { target: 'looking' }],
            },
            backingOff: {
              description: 'The last attempt failed; it is repeated after a while.',
              on: { 'outbox.drain': { target: '#outbox.stopped' } },
              after: { backoff: [{ guard: 'hasEvent', target: 'telling' }, { target: 'looking' }] },
            },
          },
        },
        season: {
          description: 'Whether more may come.',
          initial: 'open',
          states: {
            open: {
              description: 'More may come.',
              on: { 'outbox.drain': { target: 'draining' } },
            },
            draining: {
              description: 'The engine stops: the rest is sent as long as the control plane answers.',
            },
          },
        },
      },
    },
    stopped: {
      description: 'Sending has ended; the next engine sends the rest.',
      type: 'final',
    },
  },
});
