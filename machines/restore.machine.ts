/**
 * The way of a workspace into an empty home, before the engine opens it.
 *
 * The workspace is claimed first, so that the engine that had it writes nothing more where this one reads. Then what there is
 * of it is fetched beside the home and put in its place. Whatever fails on the way is tried again from the claim on, for as
 * long as it takes: to begin a workspace anew would give two of them the same name.
 */
import { restoreSetup } from './restore.setup.ts';

export const restoreMachine = restoreSetup.createMachine({
  id: 'restore',
  context: { epoch: 0, owner: '', failures: 0, reason: '' },
  initial: 'claiming',
  states: {
    claiming: {
      description: 'Asks whose the workspace is, and takes it.',
      invoke: {
        id: 'claimWorkspace',
        src: 'claimWorkspace',
        input: ({ context }) => ({ epoch: context.epoch }),
        onDone: [
          { guard: 'isTaken', target: 'taken', actions: 'noteOwner' },
          { guard: 'isNothing', target: 'nothingThere' },
          { target: 'fetching', actions: 'takeClaim' },
        ],
        onError: { target: 'away', actions: 'noteFailure' },
      },
    },
    fetching: {
      description: 'What there is of it is brought onto this disk, beside the home.',
      invoke: {
        id: 'fetchWorkspace',
        src: 'fetchWorkspace',
        input: ({ context }) => ({ epoch: context.epoch }),
        onDone: { target: 'placing' },
        onError: { target: 'away', actions: 'noteFailure' },
      },
    },
    placing: {
      description:
        'It is put in its place; an engine that dies meanwhile leaves a home that is restored anew.',
      invoke: {
        id: 'placeWorkspace',
        src: 'placeWorkspace',
        input: ({ context }) => ({ epoch: context.epoch }),
        onDone: [{ guard: 'isTaken', target: 'taken', actions: 'noteOwner' }, { target: 'restored' }],
        onError: { target: 'away', actions: 'noteFailure' },
      },
    },
    away: {
      description: 'What it needs does not answer, or not as it should; it is asked again after a while.',
      after: { backoff: { target: 'claiming' } },
    },
    restored: { description: 'The home is that of the workspace as it was.', type: 'final' },
    nothingThere: { description: 'The workspace is a new one: nothing of it is anywhere.', type: 'final' },
    taken: { description: 'Another engine claimed the workspace meanwhile.', type: 'final' },
  },
});
