/**
 * The archive of the workspace: what another machine needs to go on with it, kept outside of this one.
 *
 * An archive is taken when a reason for it was told, one at a time and not more often than every few seconds; reasons that come
 * meanwhile are answered by the next. While the archive is away the engine works on, and it is tried again. At the end of the
 * engine a last one is taken. Who finds that another engine archives the workspace leaves it alone.
 */
import { archiveSetup } from './archive.setup.ts';

export const archiveMachine = archiveSetup.createMachine({
  id: 'archive',
  context: { isWanted: false, isDraining: false, failures: 0, reason: '', taken: null },
  invoke: { id: 'reasons', src: 'reasons' },
  initial: 'idle',
  states: {
    idle: {
      description: 'Nothing has come to an end since the last archive.',
      on: {
        'archive.want': { target: 'archiving' },
        'archive.drain': { target: 'finishing' },
      },
    },
    archiving: {
      description: 'An archive is taken.',
      entry: 'begin',
      invoke: {
        id: 'takeArchive',
        src: 'takeArchive',
        onDone: [
          { guard: 'isSuperseded', target: 'superseded', actions: 'announceSuperseded' },
          { guard: 'isDraining', target: 'finishing', actions: 'takeNote' },
          { target: 'pausing', actions: ['announceOmissions', 'takeNote'] },
        ],
        onError: [
          { guard: 'isDraining', target: 'finishing', actions: 'noteFailure' },
          { target: 'away', actions: 'noteFailure' },
        ],
      },
      on: {
        'archive.want': { actions: 'wantMore' },
        'archive.drain': { actions: 'noteDrain' },
      },
    },
    pausing: {
      description: 'One was just taken; the next one has a little time.',
      on: {
        'archive.want': { actions: 'wantMore' },
        'archive.drain': { target: 'finishing' },
      },
      after: { pause: [{ guard: 'isWanted', target: 'archiving' }, { target: 'idle' }] },
    },
    away: {
      description: 'The archive does not answer, or not as it should; it is tried again after a while.',
      entry: 'announceAway',
      on: { 'archive.drain': { target: 'finishing' } },
      after: { backoff: { target: 'archiving' } },
    },
    finishing: {
      description: 'The last archive is taken: the engine ends.',
      invoke: {
        id: 'takeArchive',
        src: 'takeArchive',
        onDone: [
          { guard: 'isSuperseded', target: 'superseded', actions: 'announceSuperseded' },
          { target: 'stopped', actions: ['announceOmissions', 'takeNote'] },
        ],
        onError: { target: 'stopped', actions: 'noteFailure' },
      },
    },
    superseded: {
      description: 'Another engine archives the workspace: this one does no more.',
      type: 'final',
    },
    stopped: {
      description: 'Nothing is archived any more.',
      type: 'final',
    },
  },
});
