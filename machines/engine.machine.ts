/**
 * The root of the engine: boots the workspace, supervises its chats, its hooks, its credentials and logins, and
 * tells the control plane; with a shared log, the journal is mirrored there, and with an archive, the workspace kept in it.
 *
 * A chat that crashes is dropped and asked back from its record, a few times within `restartWindow`; after that it is
 * asked back only to end its turn. Boot, hooks, credentials, outbox, mirror and archive are started again within the same budget. No
 * crash reaches another actor or the engine. An engine that lost its workspace to another one ends as in a drain, and
 * tells nobody. One that is to give it to another one first lets turns end, and has everything mirrored and archived.
 */
import { engineSetup } from './engine.setup.ts';

export const engineMachine = engineSetup.createMachine({
  id: 'engine',
  context: {
    chatIds: [],
    crashes: {},
    use: { limits: { budget: null }, used: { usd: 0, tokens: 0, turns: 0 }, at: '' },
    moveLimitMs: 0,
  },
  entry: 'startCredentials',
  initial: 'active',
  on: {
    'chat.create': { actions: 'startChats' },
    'chats.restore': { actions: 'startChats' },
    'xstate.done.actor.*': { actions: 'forgetChat' },
    'xstate.error.actor.*': [
      { guard: 'mayRestart', actions: ['forgetChat', 'askForRestart'] },
      { guard: 'isBeyondRestartBudget', actions: 'forgetChat' },
      { actions: ['forgetChat', 'announceGivenUp'] },
    ],
    'xstate.error.actor.credential.*': [
      { guard: 'mayRestart', actions: ['restartActor', 'countRestart'] },
      { actions: ['stopActor', 'reportGivenUp'] },
    ],
    'xstate.error.actor.login.*': [
      { guard: 'mayRestart', actions: ['restartActor', 'countRestart'] },
      { actions: ['stopActor', 'reportGivenUp'] },
    ],
    'restartWindow.elapsed': { actions: 'forgetCrash' },
    'budget.set': { actions: 'setBudget' },
    'budget.raise': { actions: 'raiseBudget' },
    'workspace.used': { actions: 'noteUse' },
  },
  states: {
    active: {
      description:
        'The engine lives: its work, its disk, its hooks, its outbox, its mirror and its archive, side by side.',
      type: 'parallel',
      on: { 'engine.handOver': { target: 'handedOver' } },
      states: {
        work: {
          description: 'Whether chats may run.',
          initial: 'booting',
          on: { 'engine.drain': { target: '.draining' }, 'engine.fence': { target: '.draining' } },
          states: {
            booting: {
              description: 'The workspace is being prepared. Messages are accepted and wait.',
              invoke: {
                id: 'boot',
                src: 'boot',
                onDone: { target: 'serving' },
                onError: [
                  { guard: 'mayRestart', target: 'booting', reenter: true, actions: 'countRestart' },
                  { target: 'serving', actions: 'reportGivenUp' },
                ],
              },
            },
            serving: {
              description: 'Messages run.',
              initial: 'entering',
              on: { 'engine.move': { target: 'moving', actions: 'noteMoveLimit' } },
              states: {
                entering: {
                  description: 'Boot is over: is there room on the disk?',
                  always: [{ guard: 'isStorageLow', target: 'holding' }, { target: 'running' }],
                },
                running: {
                  description: 'There is room on the disk: turns start.',
                  entry: 'releaseTurns',
                  always: { guard: 'isStorageLow', target: 'holding' },
                },
                holding: {
                  description: 'The disk is full: running turns go on, no other starts.',
                  entry: 'holdTurns',
                  always: { guard: 'hasStorage', target: 'running' },
                },
              },
            },
            moving: {
              description: 'The workspace is to go on at another machine: no other turn starts.',
              entry: 'holdTurns',
              initial: 'finishing',
              after: { moveLimit: { target: 'serving' } },
              states: {
                finishing: {
                  description: 'Running turns go on to their end. Messages are accepted and wait.',
                  invoke: {
                    id: 'finishTurns',
                    src: 'finishTurns',
                    onDone: { target: 'copying' },
                    onError: { target: '#engine.active.work.serving' },
                  },
                },
                copying: {
                  description: 'Nothing is accepted any more, and all there is is mirrored and archived.',
                  invoke: {
                    id: 'copyWorkspace',
                    src: 'copyWorkspace',
                    onDone: { target: '#engine.active.work.moved' },
                    onError: { target: '#engine.active.work.serving' },
                  },
                },
              },
            },
            moved: { description: 'The other machine may go on; this engine is about to end.' },
            draining: {
              description:
                'Running turns and hooks are ended and agents stopped; what waits is kept for the next engine.',
              entry: ['shutDownChats', 'shutDownHooks'],
              initial: 'ending',
              on: {
                'chat.create': {},
                'chats.restore': {},
                'engine.drain': {},
                'engine.fence': {},
                'xstate.error.actor.startHooks': {},
                'xstate.error.actor.outbox': {},
                'xstate.error.actor.mirror': {},
                'xstate.error.actor.archive': {},
                'xstate.done.actor.*': { actions: 'countOut' },
                'xstate.error.actor.*': { actions: 'countOut' },
              },
              after: { drainLimit: { target: '#engine.stopped' } },
              states: {
                ending: {
                  description: 'Chats and hooks are ending.',
                  always: { guard: 'isDrained', target: 'telling' },
                },
                telling: {
                  description: 'The control plane hears how it ended, if it answers.',
                  entry: 'drainOutbox',
                  always: { guard: 'isOutboxOver', target: 'copying' },
                  after: { tellLimit: { target: 'copying' } },
                },
                copying: {
                  description:
                    'The last events are mirrored and archived, if there is a mirror or an archive.',
                  entry: ['drainMirror', 'drainArchive'],
                  always: { guard: 'isCopied', target: '#engine.stopped' },
                  after: { copyLimit: { target: '#engine.stopped' } },
                },
              },
            },
          },
        },
        storage: {
          description: 'Whether the disk has room.',
          initial: 'roomy',
          states: {
            roomy: {
              description: 'There is room.',
              on: { 'storage.low': { target: 'low' } },
            },
            low: {
              description: 'There is none.',
              on: { 'storage.recovered': { target: 'roomy' } },
            },
          },
        },
        hooks: {
          description: 'The hooks of the repositories.',
          initial: 'going',
          states: {
            going: {
              description: 'Hooks run, or may be asked to.',
              invoke: {
                id: 'startHooks',
                src: 'startHooks',
                onDone: { target: 'over' },
                onError: [
                  { guard: 'isDraining', target: 'over' },
                  { guard: 'mayRestart', target: 'going', reenter: true, actions: 'countRestart' },
                  { target: 'over', actions: 'reportGivenUp' },
                ],
              },
            },
            over: { description: 'No hook runs or will run.' },
          },
        },
        outbox: {
          description: 'What the control plane hears.',
          initial: 'going',
          states: {
            going: {
              description: 'It gets one event after the other.',
              invoke: {
                id: 'outbox',
                src: 'outbox',
                onDone: { target: 'over' },
                onError: [
                  { guard: 'isDraining', target: 'over' },
                  { guard: 'mayRestart', target: 'going', reenter: true, actions: 'countRestart' },
                  { target: 'over', actions: 'reportGivenUp' },
                ],
              },
              on: { 'engine.fence': { target: 'over' } },
            },
            over: { description: 'The control plane gets no more events.' },
          },
        },
        mirror: {
          description: 'The copy of the journal in the shared log.',
          initial: 'absent',
          states: {
            absent: {
              description: 'Nothing is mirrored: there is no shared log, or it is over.',
              on: { 'mirror.begin': { target: 'going' } },
            },
            going: {
              description: 'The journal is mirrored.',
              invoke: {
                id: 'mirror',
                src: 'mirror',
                onDone: { target: 'absent' },
                onError: [
                  { guard: 'isDraining', target: 'absent' },
                  { guard: 'mayRestart', target: 'going', reenter: true, actions: 'countRestart' },
                  { target: 'absent', actions: 'reportGivenUp' },
                ],
              },
            },
          },
        },
        archive: {
          description: 'The archive of the workspace.',
          initial: 'absent',
          states: {
            absent: {
              description: 'Nothing is archived: there is no archive, it is over, or the workspace moved.',
              on: { 'archive.begin': { target: 'going' } },
            },
            going: {
              description: 'The workspace is archived.',
              invoke: {
                id: 'archive',
                src: 'archive',
                onDone: { target: 'absent' },
                onError: [
                  { guard: 'isDraining', target: 'absent' },
                  { guard: 'mayRestart', target: 'going', reenter: true, actions: 'countRestart' },
                  { target: 'absent', actions: 'reportGivenUp' },
                ],
              },
              on: { 'engine.fence': { target: 'absent' } },
            },
          },
        },
      },
    },
    stopped: { description: 'Nothing runs any more.', tags: 'over', entry: 'letGo', on: { '*': {} } },
    handedOver: {
      description: 'Agents run on; the next engine attaches to them.',
      tags: 'over',
      entry: 'letGo',
      on: { '*': {} },
    },
  },
});
