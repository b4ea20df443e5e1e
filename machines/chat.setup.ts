/** The vocabulary of the chat machine: what each name in its statechart does, without any I/O. */
import { assertEvent, assign, sendTo, setup } from 'xstate';
import type { DropReason } from '../src/contract/events.ts';
import type { Answer } from '../src/contract/requests.ts';
import { agentProcessMachine } from './agent-process.machine.ts';
import { budgetAnswerOf, budgetClosingsOf, budgetRequestOf, sharedRequestOf } from './chat.budget.ts';
import { chatIdOf, currentOf, isWaiting, messageOf, requestOf, waitingOf } from './chat.context.ts';
import {
  acceptanceOf,
  closingOf,
  concludeTurn,
  creationOf,
  dropOf,
  dropsIfWaitingOf,
  dropsOf,
  endOf,
  interruptionOf,
  moveOf,
  openingOf,
  progressOf,
  returnsOf,
  startOf,
  steerAcceptanceOf,
  steerStartOf,
  writtenIn,
} from './chat.decisions.ts';
import { conclusionOf, disowningOf, givingUpOf, leavingBehindOf } from './chat.endings.ts';
import type { ChatContext, ChatEmitted, ChatEvent, ChatInput } from './chat.events.ts';
import { chatGuards } from './chat.guards.ts';
import { recordOf, settled } from './chat.settings.ts';
import { say, sayingOf } from './chat.saying.ts';
import { stoppingOf } from './chat.tasks.ts';
import { mustProvideCallback } from './must-provide.ts';

const chatBase = setup({
  types: {} as {
    input: ChatInput;
    context: ChatContext;
    events: ChatEvent;
    emitted: ChatEmitted;
    tags: 'processing';
  },
  actors: {
    agentProcess: agentProcessMachine,
    clock: mustProvideCallback<ChatEvent, undefined>('clock'),
  },
  guards: chatGuards,
  /** How long it waits for its agent, in milliseconds. */
  delays: { silentLimit: 600_000, probeGrace: 30_000, requestLimit: 600_000 },
});

const { enqueueActions } = chatBase;

type EventOf<Type extends ChatEvent['type']> = Extract<ChatEvent, { type: Type }>;

/** The chat says something, and is from then on what was said. */
function says(linesOf: (context: ChatContext, event: ChatEvent) => readonly ChatEmitted[]) {
  return enqueueActions(({ context, event, enqueue }) => say(enqueue, context, ...linesOf(context, event)));
}

/** The same about an event of one type. */
function saysOf<Type extends ChatEvent['type']>(
  type: Type,
  linesOf: (context: ChatContext, event: EventOf<Type>) => readonly ChatEmitted[],
) {
  return says((context, event) => {
    const told: ChatEvent = event;
    assertEvent(event, type);
    return linesOf(context, told as EventOf<Type>);
  });
}

/** Nobody answered: the agent is told so, and why. */
function closesRequests(unanswered: 'superseded' | 'expired', message: string) {
  return enqueueActions(({ context, enqueue }) => {
    const answer: Answer = { decision: 'deny', message };
    const { requests } = context.record;
    for (const request of requests)
      enqueue.sendTo('agent', { type: 'agent.answer', request, answer, unanswered });
    say(enqueue, context, ...requests.map(({ id }) => closingOf(context, id, unanswered)));
  });
}

function dropReasonOf({ stopReason }: ChatContext): DropReason | null {
  return stopReason === 'deleted' ? 'chatDeleted' : null;
}

export const chatSetup = chatBase.extend({
  actions: {
    holdTurns: assign({ mayStart: false }),
    releaseTurns: assign({ mayStart: true }),
    noteSpent: assign(({ event }) => {
      assertEvent(event, 'workspace.spent');
      return { spent: event.spent };
    }),
    announceCreated: says((context) => [creationOf(context)]),
    leaveBehind: says(leavingBehindOf),
    disown: says(disowningOf),
    giveUp: enqueueActions(({ context, enqueue }) => {
      say(enqueue, context, ...givingUpOf(context));
      enqueue.assign({ lastOutcome: 'errored' });
    }),
    acceptMessage: saysOf('message.submit', (context, { message }) => [
      acceptanceOf(context, message, waitingOf(context).length + 1),
    ]),
    acceptMessageAtRest: saysOf('message.submit', (context, { message }) => [
      acceptanceOf(context, message, context.record.queue.length),
    ]),
    acceptSteer: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.steer');
      const message = { ...event.message, isSteered: true as const };
      say(enqueue, context, steerAcceptanceOf(context, message));
      enqueue.assign({ unwritten: [...context.unwritten, message.messageId] });
      enqueue.sendTo('agent', { type: 'agent.steer', message });
    }),
    announceSteered: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'steer.taken');
      say(enqueue, context, steerStartOf(context, event));
      enqueue.assign({ unwritten: writtenIn(context, event) });
    }),
    rememberWritten: assign(({ context, event }) => {
      assertEvent(event, 'steer.written');
      return { unwritten: writtenIn(context, event) };
    }),
    queueReturned: says(returnsOf),
    acceptMessageAsNext: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.submit');
      const { message } = event;
      const acceptance = acceptanceOf(context, message, 1);
      const isAlone = waitingOf(context).length === 0;
      say(enqueue, context, acceptance, ...(isAlone ? [] : [moveOf(context, message.messageId, 0)]));
      enqueue.assign({ successor: message.messageId });
    }),
    dropSuccessor: says((context) => dropsIfWaitingOf(context, context.successor, 'interrupted')),
    takeNextMessage: assign({
      preparing: ({ context: { record } }) => (record.queue[0] ? settled(record, record.queue[0]) : null),
      lastOutcome: null,
    }),
    returnMessage: assign({ preparing: null }),
    recordSaid: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'agent.said');
      say(enqueue, context, ...sayingOf(context, event));
      enqueue.assign({ openTools: event.openTools });
    }),
    noteInterrupt: assign({ stopReason: 'user' }),
    noteSilence: assign({ stopReason: 'silent' }),
    noteUnresponsive: assign({ stopReason: 'unresponsive' }),
    noteSpending: assign({ stopReason: 'budget' }),
    noteSupersession: assign({ stopReason: 'superseded' }),
    noteShutdown: assign({ stopReason: 'shutdown' }),
    noteDeletion: assign({ stopReason: 'deleted' }),
    forgetStopReason: assign({ stopReason: null, successor: null }),
    reorderQueue: saysOf('queue.reorder', (context, { messageId, position }) =>
      isWaiting(context, messageId) ? [moveOf(context, messageId, position)] : [],
    ),
    dropMessage: saysOf('message.withdraw', (context, { messageId }) =>
      dropsIfWaitingOf(context, messageId, 'deleted'),
    ),
    dropQueue: says((context) => dropsOf(context, dropReasonOf(context) ?? 'cleared')),
    clearQueueIfAsked: saysOf('turn.interrupt', (context, { clearQueue }) =>
      clearQueue ? dropsOf(context, 'cleared') : [],
    ),
    dropCurrentMessage: enqueueActions(({ context, enqueue }) => {
      const { messageId } = currentOf(context);
      enqueue.sendTo('agent', { type: 'agent.abandon' });
      say(enqueue, context, dropOf(context, messageId, dropReasonOf(context) ?? 'interrupted'));
      enqueue.assign({ preparing: null });
    }),
    announceStarted: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'turn.prepared');
      const { delivery, at: startedAt, clock } = event;
      const record = { message: currentOf(context), delivery, startedAt, clock };
      say(enqueue, context, { ...startOf(context), record });
      enqueue.assign({ preparing: null });
    }),
    announceRedelivery: saysOf('turn.prepared', (_, { delivery }) => [
      { type: 'chat.updated', record: { delivery } },
    ]),
    announceStartedInVain: says((context) => [startOf(context)]),
    announceProgress: saysOf('agent.waits', (context, event) => [progressOf(context, event)]),
    announceInterrupted: says((context) => [interruptionOf(context)]),
    concludeTurn: enqueueActions(({ context, event, enqueue }) => {
      const end = concludeTurn(context.stopReason, endOf(event));
      say(enqueue, context, ...returnsOf(context, event), ...conclusionOf(context, end));
      if (messageOf(context) !== null) enqueue.assign({ lastOutcome: end.outcome });
      enqueue.assign({ preparing: null, unwritten: [], openTools: 0 });
    }),
    comeToRest: says(({ record }) =>
      record.selfDirected ? [{ type: 'chat.updated', record: { selfDirected: false } }] : [],
    ),
    announceRequestOpened: saysOf('request.opened', (context, event) => [openingOf(context, event)]),
    withdrawRequests: says((context) =>
      context.record.requests.map(({ id }) => closingOf(context, id, 'withdrawn')),
    ),
    withdrawRequest: saysOf('request.withdrawn', (context, { requestId }) =>
      requestOf(context, requestId) === undefined ? [] : [closingOf(context, requestId, 'withdrawn')],
    ),
    answerRequest: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'request.answer');
      const { requestId, answer } = event;
      const request = requestOf(context, requestId);
      if (request === undefined) return;
      enqueue.sendTo('agent', { type: 'agent.answer', request, answer });
      const outcome = answer.decision === 'allow' ? 'allowed' : 'denied';
      say(enqueue, context, closingOf(context, requestId, outcome));
    }),
    supersedeRequests: closesRequests('superseded', 'The user answered with a new message.'),
    expireRequests: closesRequests('expired', 'Nobody answered in time; go on without an answer.'),
    askForBudget: says((context, event) => [budgetRequestOf(context, event)]),
    askForWorkspace: says(sharedRequestOf),
    /** Whether that is enough for the workspace is told by the engine. */
    answerBudget: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'request.answer');
      const isShared = context.record.budget?.request?.scope === 'workspace';
      if (isShared && event.answer.decision === 'allow') enqueue.assign({ spent: null });
      say(enqueue, context, ...budgetAnswerOf(context.record, event.answer));
    }),
    withdrawBudgetRequest: says(({ record }) => budgetClosingsOf(record, 'withdrawn')),
    stopTask: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'task.stop');
      const { taskId } = event;
      say(enqueue, context, ...stoppingOf(context.record, taskId));
      enqueue.sendTo('agent', { type: 'agent.stopTask', taskId });
    }),
    configure: saysOf('chat.configure', (_, { change }) => [
      { type: 'chat.updated', record: recordOf(change), change },
    ]),
    announceDeleted: says((context) => [{ type: 'chat.deleted', payload: { chatId: chatIdOf(context) } }]),
    askAgentToPrepare: sendTo('agent', ({ context }) => ({
      type: 'agent.prepare' as const,
      message: currentOf(context),
    })),
    abandonPreparation: sendTo('agent', { type: 'agent.abandon' }),
    deliverTurn: sendTo('agent', ({ context, event }) => {
      assertEvent(event, 'turn.prepared');
      return { type: 'agent.deliver' as const, message: currentOf(context), delivery: event.delivery };
    }),
    askAgentToInterrupt: sendTo('agent', { type: 'agent.interrupt' }),
    pingAgent: sendTo('agent', { type: 'agent.ping' }),
    askAgentToStop: sendTo('agent', { type: 'agent.stop' }),
    killAgent: sendTo('agent', { type: 'agent.kill' }),
  },
});
