/**
 * The journal's copy in the shared log, which outlives this machine.
 *
 * The log is claimed first: each claim raises its epoch, and of all who claimed it only the last one may append. Then the
 * journal is copied, group by group, from where the log ends. Without the log the engine works on, and what was written
 * meanwhile is copied in order when it is back. Who lost the log to another engine asks for it no more.
 */
import { mirrorSetup } from './mirror.setup.ts';

export const mirrorMachine = mirrorSetup.createMachine({
  id: 'mirror',
  context: { epoch: 0, headId: null, failures: 0, reason: '' },
  initial: 'claiming',
  states: {
    claiming: {
      description: 'Asks who owns the log and where it ends.',
      invoke: {
        id: 'claimLog',
        src: 'claimLog',
        input: ({ context }) => ({ epoch: context.epoch }),
        onDone: [
          { guard: 'isTaken', target: 'fenced', actions: 'announceMove' },
          { guard: 'isDiverged', target: 'diverged', actions: 'announceDivergence' },
          { target: 'copying', actions: 'takeClaim' },
        ],
        onError: { target: 'away', actions: 'noteFailure' },
      },
      on: { 'mirror.drain': { target: 'stopped' } },
    },
    copying: {
      description: 'The journal is copied into the log.',
      invoke: {
        id: 'copyJournal',
        src: 'copyJournal',
        input: ({ context }) => ({ epoch: context.epoch, headId: context.headId }),
        onError: { target: 'away', actions: 'noteFailure' },
      },
      initial: 'behind',
      on: {
        'copy.gapFound': { actions: 'announceGap' },
        'copy.refused': { target: 'claiming' },
        'copy.failed': { target: 'away', actions: 'noteFailure' },
        'copy.drained': { target: 'stopped' },
        'mirror.drain': { actions: 'drainCopy' },
      },
      states: {
        behind: {
          description: 'The copy is behind the journal.',
          on: { 'copy.caughtUp': { target: 'mirroring', actions: 'forgetFailures' } },
        },
        mirroring: {
          description: 'Everything is copied as soon as it is written.',
          on: { 'copy.fellBehind': { target: 'behind' } },
        },
      },
    },
    away: {
      description: 'The log does not answer correctly; it is asked again after a while.',
      on: { 'mirror.drain': { target: 'stopped' } },
      after: { backoff: { target: 'claiming' } },
    },
    diverged: {
      description:
        'The log has what this home does not have: it is left as it is, and looked at again later.',
      on: { 'mirror.drain': { target: 'stopped' } },
      after: { lookAgain: { target: 'claiming' } },
    },
    fenced: {
      description: 'Another engine has claimed the log: copying has ended.',
      type: 'final',
    },
    stopped: {
      description: 'Copying has ended; the next engine copies the rest.',
      type: 'final',
    },
  },
});
