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
  context: { event: null, refusal: '', failures: 0, retryAfterMs: 0, isDraining: false },
  initial: 'looking',
  states: {
    looking: {
      description: 'Looks for the next event and, when everything has been told, waits for one.',
      invoke: {
        id: 'nextEvent',
        src: 'nextEvent',
        input: ({ context }) => ({ mayWait: !context.isDraining }),
        onDone: [
          { guard: 'isNothingLeft', target: 'stopped' },
          { target: 'telling', actions: 'takeEvent' },
        ],
        onError: [
          { guard: 'isDraining', target: 'stopped' },
          { target: 'backingOff', actions: 'countFailure' },
        ],
      },
      on: { 'outbox.drain': { target: 'looking', reenter: true, actions: 'noteDraining' } },
    },
    telling: {
      description: 'The event is on its way to the control plane.',
      invoke: {
        id: 'tellEvent',
        src: 'tellEvent',
        input: ({ context }) => context.event,
        onDone: [
          { guard: 'isDelivered', target: 'looking', actions: 'settleEvent' },
          { guard: 'isRefused', target: 'burying', actions: 'noteRefusal' },
          { guard: 'isDraining', target: 'stopped' },
          { target: 'backingOff', actions: 'countFailure' },
        ],
        onError: [
          { guard: 'isDraining', target: 'stopped' },
          { target: 'backingOff', actions: 'countFailure' },
        ],
      },
      on: { 'outbox.drain': { actions: 'noteDraining' } },
    },
    burying: {
      description: 'The control plane will never take the event: it is written to the dead-letter file.',
      invoke: {
        id: 'keepDeadLetter',
        src: 'keepDeadLetter',
        input: ({ context }) => ({ event: context.event, reason: context.refusal }),
        onDone: { target: 'looking', actions: ['announceRefusal', 'settleEvent'] },
        onError: [
          { guard: 'isDraining', target: 'stopped' },
          { target: 'backingOff', actions: 'countFailure' },
        ],
      },
      on: { 'outbox.drain': { actions: 'noteDraining' } },
    },
    backingOff: {
      description: 'The last attempt came to nothing; the same is tried again after a while.',
      on: { 'outbox.drain': { target: 'stopped' } },
      after: { backoff: [{ guard: 'hasEvent', target: 'telling' }, { target: 'looking' }] },
    },
    stopped: {
      description: 'Nothing is told any more; what is left is for the next engine.',
      type: 'final',
    },
  },
});
