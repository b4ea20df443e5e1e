/**
 * One conversation with one coding agent.
 *
 * A chat runs at most one turn at a time; messages that arrive meanwhile wait in order. A message is first prepared
 * (`starting`), then announced as started, then handed over. What the agent prints becomes deltas; the end of a turn is
 * announced exactly once, whether the agent reports it, dies, falls silent or is told to stop. Whoever leaves a turn
 * unfinished asks the process of the agent to end it, which always says how it went.
 */
import { contextOf, sessionOf } from './chat.context.ts';
import { chatSetup } from './chat.setup.ts';

export const chatMachine = chatSetup.createMachine({
  id: 'chat',
  context: ({ input }) => contextOf(input),
  invoke: { id: 'agent', src: 'agentProcess', input: ({ context }) => sessionOf(context) },
  initial: 'restoring',
  on: {
    'message.submit': { actions: 'acceptMessage' },
    'message.withdraw': { actions: 'dropMessage' },
    'queue.clear': { actions: 'dropQueue' },
    'queue.reorder': { actions: 'reorderQueue' },
    'agent.waits': { actions: 'announceProgress' },
    'steer.written': { actions: 'rememberWritten' },
    'steer.taken': { guard: 'isBeingSteered', actions: 'announceSteered' },
    'steer.refused': { guard: 'isBeingSteered', actions: 'queueReturned' },
    'task.stop': { guard: 'concernsRunningTask', actions: 'stopTask' },
    'request.answer': { guard: 'concernsBudget', actions: 'answerBudget' },
    'turns.hold': { actions: 'holdTurns' },
    'turns.release': { actions: 'releaseTurns' },
    'workspace.spent': { actions: 'noteSpent' },
    'chat.configure': { actions: 'configure' },
    'chat.delete': { target: '.stopping', actions: 'noteDeletion' },
    'chat.shutdown': { target: '.stopping', actions: 'noteShutdown' },
  },
  states: {
    restoring: {
      description: 'Continues where the record of the chat stopped.',
      always: [
        { guard: 'isNew', target: 'settled', actions: 'announceCreated' },
        { guard: 'wasCopied', target: 'settled', actions: 'disown' },
        { guard: 'wasMoved', target: 'settled', actions: 'leaveBehind' },
        { guard: 'wasGivenUp', target: 'givenUp', actions: 'giveUp' },
        { guard: 'wasInterrupting', target: 'interrupting' },
        { guard: 'wasWorking', target: 'running.resuming' },
        { target: 'settled' },
      ],
    },
    settled: {
      description: 'A turn is over: decides whether the chat rests or its agent works on by itself.',
      entry: 'forgetStopReason',
      always: [
        { guard: 'isSelfDirected', target: 'running.resuming' },
        { guard: 'failed', target: 'resting.errored' },
        { target: 'resting.idle' },
      ],
    },
    resting: {
      description: 'No turn runs. A message starts one as soon as turns may start.',
      always: [
        { guard: 'isStoppedAtRest', target: 'overBudget' },
        { guard: 'canStartNext', target: 'running', actions: 'takeNextMessage' },
      ],
      initial: 'idle',
      on: {
        'message.submit': { actions: 'acceptMessageAtRest' },
        'agent.said': [
          { guard: 'worksByItself', target: 'running.working', actions: 'recordSaid' },
          { actions: 'recordSaid' },
        ],
        'request.opened': { target: 'running.awaiting', actions: 'announceRequestOpened' },
      },
      states: {
        idle: { description: 'The last turn, if any, went well.' },
        errored: { description: 'The last turn failed or was lost; the next message runs nevertheless.' },
      },
    },
    overBudget: {
      description: 'The budget of the chat or of the workspace is used up: nothing runs until it is raised.',
      always: { guard: 'isWithinBudget', target: 'settled', actions: 'withdrawBudgetRequest' },
      initial: 'asking',
      on: {
        'agent.said': [
          { guard: 'worksByItself', target: 'running.resuming', actions: 'recordSaid' },
          { actions: 'recordSaid' },
        ],
        'request.opened': { target: 'running.awaiting', actions: 'announceRequestOpened' },
      },
      states: {
        asking: {
          description: 'A request for more is open; messages wait.',
          invoke: { id: 'clock', src: 'clock' },
          always: { guard: 'isDeclined', target: 'declined' },
          on: {
            'clock.read': { guard: 'isUnasked', actions: 'askForBudget' },
            'request.answer': {
              guard: 'concernsBudget',
              target: 'asking',
              reenter: true,
              actions: 'answerBudget',
            },
            'message.submit': { actions: 'acceptMessageAtRest' },
          },
        },
        declined: {
          description:
            'Somebody stopped the chat here. Waiting messages are kept; the next message asks again.',
          always: { guard: 'isUndeclined', target: 'asking' },
          on: { 'message.submit': { actions: ['acceptMessageAtRest', 'askForBudget'] } },
        },
      },
    },
    running: {
      description: 'A turn runs, for a message or because the agent started one by itself.',
      tags: 'processing',
      always: { guard: 'isOverBudget', target: 'interrupting', actions: ['noteSpending', 'askForWorkspace'] },
      initial: 'starting',
      on: {
        'agent.said': [
          { guard: 'endsTurn', target: 'settled', actions: ['recordSaid', 'concludeTurn'] },
          { guard: 'comesToRest', target: 'settled', actions: ['recordSaid', 'concludeTurn'] },
          { actions: 'recordSaid' },
        ],
        'agent.exited': { target: 'settled', actions: ['concludeTurn', 'comeToRest'] },
        'turn.interrupt': {
          target: 'interrupting',
          actions: ['queueReturned', 'announceInterrupted', 'noteInterrupt', 'clearQueueIfAsked'],
        },
        'turn.prepared': {
          guard: 'isPreparedForCurrent',
          target: '.working',
          actions: ['withdrawRequests', 'comeToRest', 'announceRedelivery', 'deliverTurn'],
        },
        'request.opened': { target: '.awaiting', actions: 'announceRequestOpened' },
        'request.answer': { guard: 'concernsOpenRequest', actions: 'answerRequest' },
        'request.withdrawn': { actions: 'withdrawRequest' },
      },
      states: {
        starting: {
          description: 'The driver works out how to hand the message over; nothing was announced as started.',
          entry: 'askAgentToPrepare',
          always: {
            guard: 'isOverBudget',
            target: '#chat.settled',
            actions: ['abandonPreparation', 'returnMessage'],
          },
          on: {
            'turn.prepared': {
              guard: 'isPreparedForCurrent',
              target: 'resuming',
              actions: ['announceStarted', 'deliverTurn'],
            },
            'agent.said': { actions: 'recordSaid' },
            'request.opened': { actions: 'announceRequestOpened' },
            'agent.exited': {
              target: '#chat.settled',
              actions: ['announceStartedInVain', 'concludeTurn', 'comeToRest'],
            },
            'turn.interrupt': [
              {
                guard: 'isSelfDirected',
                target: '#chat.interrupting',
                actions: ['announceInterrupted', 'noteInterrupt', 'dropCurrentMessage', 'clearQueueIfAsked'],
              },
              {
                target: '#chat.settled',
                actions: ['announceInterrupted', 'dropCurrentMessage', 'clearQueueIfAsked'],
              },
            ],
            'chat.delete': { target: '#chat.stopping', actions: ['noteDeletion', 'dropCurrentMessage'] },
            'chat.shutdown': {
              target: '#chat.stopping',
              actions: ['abandonPreparation', 'returnMessage'],
            },
          },
        },
        resuming: {
          description: 'Continues work that was already running, or continues after an answer.',
          always: [{ guard: 'hasRequest', target: 'awaiting' }, { target: 'working' }],
        },
        working: {
          description: 'The agent works; each output keeps it here.',
          on: {
            'agent.said': { guard: 'goesOn', target: 'working', reenter: true, actions: 'recordSaid' },
            'agent.stirred': { target: 'working', reenter: true },
            'message.steer': { guard: 'isSteerable', actions: 'acceptSteer' },
          },
          after: {
            silentLimit: [{ guard: 'hasOpenTool', target: 'working', reenter: true }, { target: 'probing' }],
          },
        },
        probing: {
          description:
            'The agent printed nothing for `silentLimit` and no tool is open: it is asked whether it is still there.',
          entry: 'pingAgent',
          on: {
            'agent.said': { guard: 'goesOn', target: 'working', actions: 'recordSaid' },
            'agent.stirred': { target: 'working' },
            'message.steer': { guard: 'isSteerable', actions: 'acceptSteer' },
            'agent.answered': { target: '#chat.interrupting', actions: 'noteSilence' },
          },
          after: {
            probeGrace: { target: '#chat.interrupting', actions: ['noteUnresponsive', 'killAgent'] },
          },
        },
        awaiting: {
          description: 'The agent waits for an answer; a new message replaces the answer.',
          on: {
            'request.answer': { guard: 'concernsOpenRequest', target: 'resuming', actions: 'answerRequest' },
            'request.withdrawn': {
              guard: 'concernsOpenRequest',
              target: 'resuming',
              actions: 'withdrawRequest',
            },
            'message.submit': {
              target: '#chat.interrupting',
              actions: ['supersedeRequests', 'noteSupersession', 'queueReturned', 'acceptMessageAsNext'],
            },
          },
          after: {
            requestLimit: { target: 'working', actions: 'expireRequests' },
          },
        },
      },
    },
    interrupting: {
      description:
        'The agent is to end its turn; its session is kept. Nothing it asked can be answered any more.',
      tags: 'processing',
      entry: ['withdrawRequests', 'askAgentToInterrupt'],
      on: {
        'agent.said': [
          { guard: 'endsTurn', target: 'settled', actions: ['recordSaid', 'concludeTurn'] },
          { guard: 'comesToRest', target: 'settled', actions: 'recordSaid' },
          { actions: 'recordSaid' },
        ],
        'agent.exited': { target: 'settled', actions: ['concludeTurn', 'comeToRest'] },
        'turn.prepared': {
          guard: 'isPreparedForCurrent',
          target: 'settled',
          actions: ['abandonPreparation', 'concludeTurn', 'comeToRest'],
        },
        'turn.interrupt': [
          { guard: 'wasInterrupting', actions: 'clearQueueIfAsked' },
          {
            actions: [
              'queueReturned',
              'announceInterrupted',
              'noteInterrupt',
              'dropSuccessor',
              'clearQueueIfAsked',
            ],
          },
        ],
      },
    },
    givenUp: {
      description:
        'The chat failed too often: its turn was ended, no agent serves it, it can only be deleted.',
      on: {
        'message.submit': {},
        'message.withdraw': {},
        'queue.clear': {},
        'queue.reorder': {},
        'agent.waits': {},
        'task.stop': {},
        'chat.delete': { target: 'gone', actions: 'noteDeletion' },
        'chat.shutdown': { target: 'stopped' },
      },
    },
    stopping: {
      description:
        'The chat ends: its turn, then its process, then itself. Nothing can be answered any more.',
      tags: 'processing',
      entry: ['withdrawRequests', 'askAgentToStop'],
      on: {
        'message.submit': {},
        'message.withdraw': {},
        'queue.clear': {},
        'queue.reorder': {},
        'task.stop': {},
        'chat.delete': {},
        'chat.shutdown': {},
        'agent.said': [
          { guard: 'endsTurn', actions: ['recordSaid', 'concludeTurn'] },
          { actions: 'recordSaid' },
        ],
        'agent.exited': { target: 'gone' },
      },
    },
    gone: {
      description: 'The process is gone: announces everything that is still open.',
      entry: ['concludeTurn', 'comeToRest'],
      always: [
        {
          guard: 'isDeletion',
          target: 'deleted',
          actions: ['withdrawBudgetRequest', 'dropQueue', 'announceDeleted'],
        },
        { target: 'stopped' },
      ],
    },
    deleted: { description: 'The chat is deleted.', type: 'final' },
    stopped: { description: 'The chat rests on disk until the next engine starts.', type: 'final' },
  },
});
