/** The vocabulary of the chat machine: what each name in its statechart does, without any I/O. */
import { assertEvent, assign, enqueueActions, sendTo, setup } from 'xstate';
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
import type { ChatContext, ChatEmitted, ChatEvent, ChatInput, StopReason } from './chat.events.ts';
import { chatDelays } from './chat.delays.ts';
import { chatGuards } from './chat.guards.ts';
import { recordOf, settled } from './chat.settings.ts';
import { say, sayingOf } from './chat.saying.ts';
import { stoppingOf } from './chat.tasks.ts';
import { mustProvideCallback } from './must-provide.ts';

export const chatSetup = setup({
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
  actions: {
    holdTurns: assign({ mayStart: false }),
    releaseTurns: assign({ mayStart: true }),
    noteSpent: assign(({ event }) => {
      assertEvent(event, 'workspace.spent');
      return { spent: event.spent };
    }),
    announceCreated: enqueueActions(({ context, enqueue }) => say(enqueue, context, creationOf(context))),
    leaveBehind: enqueueActions(({ context, enqueue }) => say(enqueue, context, ...leavingBehindOf(context))),
    disown: enqueueActions(({ context, enqueue }) => say(enqueue, context, ...disowningOf(context))),
    giveUp: enqueueActions(({ context, enqueue }) => {
      say(enqueue, context, ...givingUpOf(context));
      enqueue.assign({ lastOutcome: 'errored' });
    }),
    acceptMessage: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.submit');
      say(enqueue, context, acceptanceOf(context, event.message, waitingOf(context).length + 1));
    }),
    acceptMessageAtRest: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.submit');
      say(enqueue, context, acceptanceOf(context, event.message, context.record.queue.length));
    }),
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
    queueReturned: enqueueActions(({ context, event, enqueue }) =>
      say(enqueue, context, ...returnsOf(context, event)),
    ),
    acceptMessageAsNext: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.submit');
      const { message } = event;
      const acceptance = acceptanceOf(context, message, 1);
      const isAlone = waitingOf(context).length === 0;
      say(enqueue, context, acceptance, ...(isAlone ? [] : [moveOf(context, message.messageId, 0)]));
      enqueue.assign({ successor: message.messageId });
    }),
    dropSuccessor: enqueueActions(({ context, enqueue }) => {
      const { successor } = context;
      if (successor !== null && isWaiting(context, successor))
        say(enqueue, context, dropOf(context, successor, 'interrupted'));
    }),
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
    rememberStopReason: assign({ stopReason: (_, params: { reason: StopReason }) => params.reason }),
    reorderQueue: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'queue.reorder');
      const { messageId, position } = event;
      if (isWaiting(context, messageId)) say(enqueue, context, moveOf(context, messageId, position));
    }),
    dropMessage: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.withdraw');
      const { messageId } = event;
      if (isWaiting(context, messageId)) say(enqueue, context, dropOf(context, messageId, 'deleted'));
    }),
    dropQueue: enqueueActions(({ context, enqueue }, params: { reason: DropReason }) =>
      say(enqueue, context, ...dropsOf(context, params.reason)),
    ),
    clearQueueIfAsked: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'turn.interrupt');
      if (event.clearQueue) say(enqueue, context, ...dropsOf(context, 'cleared'));
    }),
    dropCurrentMessage: enqueueActions(({ context, enqueue }, params: { reason: DropReason }) => {
      const { messageId } = currentOf(context);
      enqueue.sendTo('agent', { type: 'agent.abandon', messageId });
      say(enqueue, context, dropOf(context, messageId, params.reason));
      enqueue.assign({ preparing: null });
    }),
    announceStarted: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'turn.prepared');
      const { delivery, at: startedAt, clock } = event;
      const record = { message: currentOf(context), delivery, startedAt, clock };
      say(enqueue, context, { ...startOf(context), record });
      enqueue.assign({ preparing: null });
    }),
    announceRedelivery: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'turn.prepared');
      say(enqueue, context, { type: 'chat.updated', record: { delivery: event.delivery } });
    }),
    announceStartedInVain: enqueueActions(({ context, enqueue }) => say(enqueue, context, startOf(context))),
    announceProgress: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'agent.waits');
      say(enqueue, context, progressOf(context, event));
    }),
    announceInterrupted: enqueueActions(({ context, enqueue }) =>
      say(enqueue, context, interruptionOf(context)),
    ),
    concludeTurn: enqueueActions(({ context, event, enqueue }) => {
      const end = concludeTurn(context.stopReason, endOf(event));
      say(enqueue, context, ...returnsOf(context, event), ...conclusionOf(context, end));
      if (messageOf(context) !== null) enqueue.assign({ lastOutcome: end.outcome });
      enqueue.assign({ preparing: null, unwritten: [], openTools: 0 });
    }),
    comeToRest: enqueueActions(({ context, enqueue }) => {
      if (!context.record.selfDirected) return;
      say(enqueue, context, { type: 'chat.updated', record: { selfDirected: false } });
    }),
    forgetStopReason: assign({ stopReason: null, successor: null }),
    announceRequestOpened: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'request.opened');
      say(enqueue, context, openingOf(context, event));
    }),
    withdrawRequests: enqueueActions(({ context, enqueue }) => {
      const { requests } = context.record;
      say(enqueue, context, ...requests.map(({ id }) => closingOf(context, id, 'withdrawn')));
    }),
    withdrawRequest: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'request.withdrawn');
      const { requestId } = event;
      if (requestOf(context, requestId) === undefined) return;
      say(enqueue, context, closingOf(context, requestId, 'withdrawn'));
    }),
    answerRequest: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'request.answer');
      const { requestId, answer } = event;
      const request = requestOf(context, requestId);
      if (request === undefined) return;
      enqueue.sendTo('agent', { type: 'agent.answer', request, answer });
      const outcome = answer.decision === 'allow' ? 'allowed' : 'denied';
      say(enqueue, context, closingOf(context, requestId, outcome));
    }),
    askForBudget: enqueueActions(({ context, event, enqueue }) =>
      say(enqueue, context, budgetRequestOf(context, event)),
    ),
    askForWorkspace: enqueueActions(({ context, event, enqueue }) =>
      say(enqueue, context, ...sharedRequestOf(context, event)),
    ),
    /** Whether that is enough for the workspace is told by the engine. */
    answerBudget: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'request.answer');
      const isShared = context.record.budget?.request?.scope === 'workspace';
      if (isShared && event.answer.decision === 'allow') enqueue.assign({ spent: null });
      say(enqueue, context, ...budgetAnswerOf(context.record, event.answer));
    }),
    withdrawBudgetRequest: enqueueActions(({ context, enqueue }) =>
      say(enqueue, context, ...budgetClosingsOf(context.record, 'withdrawn')),
    ),
    stopTask: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'task.stop');
      const { taskId } = event;
      say(enqueue, context, ...stoppingOf(context.record, taskId));
      enqueue.sendTo('agent', { type: 'agent.stopTask', taskId });
    }),
    closeRequests: enqueueActions(
      ({ context, enqueue }, params: { outcome: 'superseded' | 'expired'; message: string }) => {
        const answer: Answer = { decision: 'deny', message: params.message };
        const { requests } = context.record;
        for (const request of requests)
          enqueue.sendTo('agent', { type: 'agent.answer', request, answer, unanswered: params.outcome });
        say(enqueue, context, ...requests.map(({ id }) => closingOf(context, id, params.outcome)));
      },
    ),
    configure: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'chat.configure');
      const { change } = event;
      say(enqueue, context, { type: 'chat.updated', record: recordOf(change), change });
    }),
    announceDeleted: enqueueActions(({ context, enqueue }) =>
      say(enqueue, context, { type: 'chat.deleted', payload: { chatId: chatIdOf(context) } }),
    ),
    askAgentToPrepare: sendTo('agent', ({ context }) => ({
      type: 'agent.prepare' as const,
      message: currentOf(context),
    })),
    abandonPreparation: sendTo('agent', ({ context }) => ({
      type: 'agent.abandon' as const,
      messageId: currentOf(context).messageId,
    })),
    deliverTurn: sendTo('agent', ({ context, event }) => {
      assertEvent(event, 'turn.prepared');
      return { type: 'agent.deliver' as const, message: currentOf(context), delivery: event.delivery };
    }),
    askAgentToInterrupt: sendTo('agent', { type: 'agent.interrupt' }),
    pingAgent: sendTo('agent', { type: 'agent.ping' }),
    askAgentToStop: sendTo('agent', { type: 'agent.stop' }),
    killAgent: sendTo('agent', { type: 'agent.kill' }),
  },
  guards: chatGuards,
  delays: chatDelays,
});
