/**
 * The life of the process behind one chat, whichever agent it is.
 *
 * The chat says what it wants and hears what came of it; the `executor` launches, reads, writes and signals, and decides nothing. A process is
 * launched for a message, is made ready for it (session, settings), keeps its input for it until it is handed over, works, rests,
 * and goes: by itself, because it rests too long, because another is to take its place, or because it was told to. However it
 * goes, it is settled before the next one is launched, and a chat that waits for its end hears of it once.
 */
import { agentProcessSetup, contextOf } from './agent-process.setup.ts';

export const agentProcessMachine = agentProcessSetup.createMachine({
  id: 'agentProcess',
  context: ({ input }) => contextOf(input),
  invoke: { id: 'executor', src: 'executor', input: ({ context }) => context.session },
  initial: 'unknown',
  on: {
    'agent.prepare': { actions: 'want' },
    'agent.deliver': { actions: 'want' },
    'agent.abandon': { actions: 'forgetWanted' },
    'agent.steer': { actions: 'tellSteerRefused' },
    'death.forgotten': { actions: 'forgetDeath' },
  },
  states: {
    unknown: {
      description: 'A process may be left from an earlier engine.',
      always: [{ guard: 'mayHaveBeenLeft', target: 'attaching' }, { target: 'absent' }],
    },
    attaching: {
      description: 'Looks for the process that an earlier engine left, and for the message it was given.',
      entry: 'attach',
      on: {
        'process.found': [
          { guard: 'isFoundAbsent', target: 'lost', actions: 'noteFound' },
          { target: 'alive.greeting', actions: 'noteFound' },
        ],
        'process.broken': { target: 'absent', actions: ['tellFailed', 'forgetWanted'] },
        'agent.interrupt': { actions: 'noteInterrupt' },
        'agent.answer': { actions: 'passOn' },
        'agent.ping': { actions: 'passOn' },
        'agent.stopTask': { actions: 'passOn' },
        'agent.stop': { actions: 'noteStopped' },
      },
    },
    lost: {
      description:
        'The process that was known is not there, and never began: its message is given to another.',
      always: [
        { guard: 'isStopping', target: 'absent', actions: 'tellNotRunning' },
        { guard: 'isGiven', target: 'absent', actions: 'wantAgain' },
        { target: 'absent' },
      ],
    },
    absent: {
      description: 'No process; the next message launches one.',
      entry: 'forgetProcess',
      always: [
        { guard: 'isExhausted', actions: ['tellExhausted', 'forgetWanted'] },
        { guard: 'isWanted', target: 'launching' },
      ],
      on: {
        'agent.interrupt': { actions: 'sayRested' },
        'agent.stop': { actions: 'tellNotRunning' },
        'agent.kill': { actions: 'tellNotRunning' },
      },
    },
    launching: {
      description: 'The process is starting; its input has no message yet.',
      entry: ['noteLaunch', 'launch'],
      on: {
        'process.launched': [
          { guard: 'isLeaving', target: 'alive.leaving' },
          { guard: 'isWanted', target: 'alive.preparing' },
          { target: 'alive.resting' },
        ],
        'process.failed': [
          { guard: 'isLeaving', target: 'absent', actions: ['tellFailed', 'forgetWanted'] },
          { guard: 'isWanted', target: 'absent', actions: ['tellFailed', 'forgetWanted'] },
          { target: 'absent' },
        ],
        'process.broken': { target: 'absent', actions: ['tellFailed', 'forgetWanted'] },
        'agent.interrupt': { actions: ['noteAsked', 'abortLaunch'] },
        'agent.stop': { actions: ['noteStopped', 'abortLaunch'] },
      },
    },
    alive: {
      description: 'A process lives and its output is read.',
      tags: 'alive',
      initial: 'greeting',
      on: {
        'process.exited': [
          { guard: 'diedByItself', target: 'gone', actions: ['noteExit', 'countDeath', 'forgetDeathLater'] },
          { target: 'gone', actions: 'noteExit' },
        ],
        'process.damaged': { target: '.leaving.killed', actions: 'noteFailure' },
        'process.broken': { target: '.leaving.killed', actions: 'noteFailure' },
        'process.replaced': { target: '.leaving.terminated', actions: 'noteReplaced' },
        'process.rested': { actions: 'noteRest' },
        'process.worked': { actions: 'noteWork' },
        'process.answered': { actions: 'tellAnswered' },
        'turn.ended': { actions: 'noteEnd' },
        'agent.answer': { actions: 'passOn' },
        'agent.ping': { actions: 'passOn' },
        'agent.stopTask': { actions: 'passOn' },
        'agent.stop': { target: '.leaving', actions: 'noteStopped' },
        'agent.kill': { target: '.leaving.killed', actions: 'noteAsked' },
      },
      states: {
        greeting: {
          description:
            'What a process that was found printed is read, silently up to what is known; it is asked what it does.',
          always: { guard: 'isLeaving', target: 'leaving' },
          on: {
            'process.rested': { target: 'resting' },
            'process.worked': [
              { guard: 'isInterrupting', target: 'working.interrupted', actions: 'noteWork' },
              { target: 'working', actions: 'noteWork' },
            ],
            'agent.interrupt': { actions: 'noteInterrupt' },
          },
          after: {
            greetLimit: { target: 'leaving.killed', actions: 'noteUnresponsive' },
          },
        },
        preparing: {
          description: 'Opens its session and applies the settings of a message, step by step.',
          entry: 'prepare',
          initial: 'stepping',
          on: {
            'process.prepared': {
              guard: 'isPreparedForWanted',
              target: 'reserved',
              actions: ['noteReady', 'tellPrepared'],
            },
            'process.failed': [
              { guard: 'isWorking', target: 'working', actions: ['tellFailed', 'forgetWanted'] },
              { target: 'resting', actions: ['tellFailed', 'forgetWanted'] },
            ],
            'process.unfit': { target: 'leaving', actions: ['noteReady', 'noteReplaced'] },
            'agent.prepare': { target: 'preparing', reenter: true, actions: 'want' },
            'agent.abandon': [
              { guard: 'isWorking', target: 'working', actions: ['forgetWanted', 'release'] },
              { target: 'resting', actions: ['forgetWanted', 'release'] },
            ],
            'agent.interrupt': { target: 'leaving.terminated', actions: ['forgetWanted', 'noteAsked'] },
          },
          states: {
            stepping: {
              description: 'Each step must be answered within `stepLimit`.',
              on: { 'process.advanced': { target: 'stepping', reenter: true } },
              after: {
                stepLimit: { target: '#agentProcess.alive.leaving.killed', actions: 'noteUnresponsive' },
              },
            },
          },
        },
        reserved: {
          description:
            'Ready for a message that is about to be handed over: neither idleness nor room ends it now.',
          on: {
            'agent.deliver': { target: 'working', actions: ['noteGiven', 'noteWork', 'passOn'] },
            'agent.prepare': { target: 'preparing', actions: 'want' },
            'agent.abandon': [
              { guard: 'isWorking', target: 'working', actions: ['forgetWanted', 'release'] },
              { target: 'resting', actions: ['forgetWanted', 'release'] },
            ],
          },
        },
        resting: {
          description: 'Nothing runs, not even in the background.',
          entry: 'rest',
          always: { guard: 'isWanted', target: 'preparing', actions: 'work' },
          on: {
            'process.worked': { target: 'working', actions: ['noteWork', 'work'] },
            'process.retire': { target: 'leaving', actions: 'noteIdle' },
            'agent.interrupt': { actions: 'sayRested' },
          },
          after: {
            idleLimit: { target: 'leaving', actions: 'noteIdle' },
          },
        },
        working: {
          description: 'A turn, or work that the agent does by itself.',
          always: { guard: 'isWanted', target: 'preparing' },
          initial: 'undisturbed',
          on: {
            'process.rested': { target: 'resting', actions: 'noteRest' },
            'agent.steer': { actions: 'passOn' },
          },
          states: {
            undisturbed: {
              description: 'Works undisturbed.',
              on: { 'agent.interrupt': { target: 'interrupted' } },
            },
            interrupted: {
              description: 'Was asked to stop its work within `interruptGrace`.',
              entry: 'interrupt',
              on: { 'turn.ended': { target: 'undisturbed', actions: 'noteEnd' } },
              after: {
                interruptGrace: { target: '#agentProcess.alive.leaving.terminated', actions: 'noteAsked' },
              },
            },
          },
        },
        leaving: {
          description: 'The process is leaving and gets nothing new.',
          initial: 'asked',
          on: {
            'process.damaged': { target: '.killed', actions: 'noteFailure' },
            'process.replaced': {},
            'turn.ended': [
              { guard: 'isAsked', actions: ['noteEnd', 'noteReplaced'] },
              { actions: 'noteEnd' },
            ],
            'agent.interrupt': { guard: 'isGiven', actions: 'noteAsked' },
            'agent.stop': { actions: 'noteStopped' },
          },
          states: {
            asked: {
              description: 'Was asked to leave in good order within `leaveGrace`.',
              entry: 'leave',
              on: {
                'process.rested': { actions: 'leave' },
                'process.speechless': { target: 'terminated' },
              },
              after: { leaveGrace: { target: 'terminated' } },
            },
            terminated: {
              description: 'Was told to end within `terminateGrace`, with everything its open tools run.',
              entry: 'terminate',
              after: { terminateGrace: { target: 'killed' } },
            },
            killed: {
              description: 'Was killed; counts as gone after `killGrace` even without a sign of it.',
              entry: 'kill',
              on: {
                'process.damaged': {},
                'process.broken': {},
                'agent.kill': { actions: 'noteAsked' },
              },
              after: { killGrace: { target: '#agentProcess.gone' } },
            },
          },
        },
      },
    },
    gone: {
      description:
        'All it printed was told; what it left is cleared away, and its message gets its end, or another process for it.',
      entry: 'settle',
      on: {
        'process.settled': [
          { guard: 'isAwaited', target: 'absent', actions: ['tellGone', 'forgetWanted'] },
          { guard: 'failedToStart', target: 'absent', actions: ['tellGone', 'forgetWanted'] },
          { guard: 'isGivenAgain', target: 'absent', actions: 'wantAgain' },
          { target: 'absent' },
        ],
        'agent.interrupt': { guard: 'isGiven', actions: 'noteAsked' },
        'agent.stop': { actions: 'noteStopped' },
        'agent.kill': { actions: 'noteAsked' },
      },
    },
  },
});
