/**
 * The root of the engine: boots the workspace, supervises its chats, its hooks, its credentials and logins,
 * and tells the control plane.
 *
 * A chat that crashes is dropped and asked back from its record, a few times within `restartWindow`; after that it is
 * asked back only to end its turn. Boot, hooks, credentials and the outbox are started again within the same budget. No
 * crash reaches another actor or the engine.
 */
import { engineSetup } from './engine.setup.ts';

export const engineMachine = engineSetup.createMachine({
  id: 'engine',
  context: {
    chatIds: [],
    crashes: {},
    mayStart: false,
    isStorageLow: false,
    areHooksOver: false,
    isOutboxOver: false,
  },
  entry: 'startCredentials',
  invoke: [
    {
      id: 'startHooks',
      src: 'startHooks',
      onDone: { actions: 'noteHooksOver' },
      onError: [
        { guard: 'isWithinRestartBudget', actions: ['countCrash', 'restartActor', 'reportRestart'] },
        { actions: ['noteHooksOver', 'reportGivenUp'] },
      ],
    },
    {
      id: 'outbox',
      src: 'outbox',
      onDone: { actions: 'noteOutboxOver' },
      onError: [
        { guard: 'isWithinRestartBudget', actions: ['countCrash', 'restartActor', 'reportRestart'] },
        { actions: ['noteOutboxOver', 'reportGivenUp'] },
      ],
    },
  ],
  initial: 'booting',
  on: {
    'chat.create': { actions: 'startChat' },
    'chat.restore': { actions: 'startChat' },
    'xstate.done.actor.*': { actions: 'forgetChat' },
    'xstate.error.actor.*': [
      { guard: 'isWithinRestartBudget', actions: ['forgetChat', 'countCrash', 'askForRestart'] },
      { guard: 'isBeyondRestartBudget', actions: 'forgetChat' },
      { actions: ['forgetChat', 'countCrash', 'announceGivenUp'] },
    ],
    'xstate.error.actor.credential.*': [
      { guard: 'isWithinRestartBudget', actions: ['countCrash', 'restartActor', 'reportRestart'] },
      { actions: ['stopActor', 'reportGivenUp'] },
    ],
    'xstate.error.actor.login.*': [
      { guard: 'isWithinRestartBudget', actions: ['countCrash', 'restartActor', 'reportRestart'] },
      { actions: ['stopActor', 'reportGivenUp'] },
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
      invoke: {
        id: 'boot',
        src: 'boot',
        onDone: { target: 'serving' },
        onError: [
          {
            guard: 'isWithinRestartBudget',
            target: 'booting',
            reenter: true,
            actions: ['countCrash', 'reportRestart'],
          },
          { target: 'serving', actions: 'reportGivenUp' },
        ],
      },
    },
    serving: {
      description: 'Messages run.',
      initial: 'entering',
      states: {
        entering: {
          description: 'Boot is over: is there room on the disk?',
          always: [{ guard: 'isStorageLow', target: 'holding' }, { target: 'running' }],
        },
        running: {
          description: 'There is room on the disk: turns start.',
          entry: 'releaseTurns',
          on: { 'storage.low': { target: 'holding', actions: 'rememberStorageLow' } },
        },
        holding: {
          description: 'The disk is full: running turns go on, no other starts.',
          entry: 'holdTurns',
          on: { 'storage.recovered': { target: 'running', actions: 'rememberStorageRecovered' } },
        },
      },
    },
    draining: {
      description:
        'Running turns and hooks are ended and agents stopped; what waits is kept for the next engine.',
      entry: ['holdTurns', 'shutDownChats', 'shutDownHooks'],
      initial: 'ending',
      on: {
        'chat.create': {},
        'chat.restore': {},
        'engine.drain': {},
        'xstate.error.actor.startHooks': { actions: 'noteHooksOver' },
        'xstate.error.actor.outbox': { actions: 'noteOutboxOver' },
        'xstate.error.actor.*': { actions: 'forgetChat' },
      },
      after: { drainLimit: { target: 'stopped' } },
      states: {
        ending: {
          description: 'Chats and hooks come to their end.',
          always: { guard: 'isDrained', target: 'telling' },
        },
        telling: {
          description: 'The control plane is told how it ended, if it listens.',
          entry: 'drainOutbox',
          always: { guard: 'isOutboxOver', target: '#engine.stopped' },
          after: { tellLimit: { target: '#engine.stopped' } },
        },
      },
    },
    stopped: { description: 'Nothing runs any more.', type: 'final' },
    handedOver: { description: 'Agents run on; the next engine attaches to them.', type: 'final' },
  },
});
