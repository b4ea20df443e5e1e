/**
 * The root of the engine: boots the workspace and supervises its chats, its hooks and its credentials.
 *
 * A chat that crashes is dropped and asked back from its record, a few times within `restartWindow`; after that it is
 * given up. A credential that crashes is started again within the same budget. No crash reaches another actor or the
 * engine.
 */
import { engineSetup } from './engine.setup.ts';

export const engineMachine = engineSetup.createMachine({
  id: 'engine',
  context: { chatIds: [], crashes: {}, mayStart: false, isStorageLow: false, areHooksOver: false },
  invoke: {
    id: 'startHooks',
    src: 'startHooks',
    onDone: { actions: 'noteHooksOver' },
    onError: { actions: 'noteHooksOver' },
  },
  entry: 'startCredentials',
  initial: 'booting',
  on: {
    'chat.create': { actions: ['announceChatCreated', 'startChat'] },
    'chat.restore': { actions: 'startChat' },
    'xstate.done.actor.*': { actions: 'forgetChat' },
    'xstate.error.actor.*': [
      { guard: 'isWithinRestartBudget', actions: ['forgetChat', 'countCrash', 'askForRestart'] },
      { actions: ['forgetChat', 'announceGivenUp'] },
    ],
    'xstate.error.actor.credential.*': [
      { guard: 'isWithinRestartBudget', actions: ['countCrash', 'restartCredential'] },
      { actions: 'giveUpCredential' },
    ],
    'storage.low': { actions: 'rememberStorageLow' },
    'storage.recovered': { actions: 'rememberStorageRecovered' },
    'restartWindow.elapsed': { actions: 'forgetCrash' },
    'engine.drain': { target: '.draining' },
    'engine.handOver': { target: '.handedOver' },
  },
  states: {
    booting: {
      description: 'The workspace is being prepared. Messages are accepted and wait.',
      invoke: { id: 'boot', src: 'boot', onDone: { target: 'serving' }, onError: { target: 'serving' } },
    },
    serving: {
      description: 'Messages run.',
      initial: 'entering',
      states: {
        entering: {
          description: 'Boot is over: is there room on the disk?',
          always: [{ guard: 'isStorageLow', target: 'holding' }, { target: 'starting' }],
        },
        starting: {
          description: 'There is room on the disk: turns start.',
          entry: 'releaseTurns',
          on: { 'storage.low': { target: 'holding', actions: 'rememberStorageLow' } },
        },
        holding: {
          description: 'The disk is full: running turns go on, no other starts.',
          entry: 'holdTurns',
          on: { 'storage.recovered': { target: 'starting', actions: 'rememberStorageRecovered' } },
        },
      },
    },
    draining: {
      description:
        'Running turns and hooks are ended and agents stopped; what waits is kept for the next engine.',
      entry: ['holdTurns', 'shutDownChats', 'shutDownHooks'],
      always: { guard: 'isDrained', target: 'stopped' },
      on: {
        'chat.create': {},
        'chat.restore': {},
        'engine.drain': {},
        'xstate.error.actor.startHooks': { actions: 'noteHooksOver' },
        'xstate.error.actor.*': { actions: 'forgetChat' },
      },
      after: { drainLimit: { target: 'stopped' } },
    },
    stopped: { description: 'Nothing runs any more.', type: 'final' },
    handedOver: { description: 'Agents run on; the next engine attaches to them.', type: 'final' },
  },
});
