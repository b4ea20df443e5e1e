/** The vocabulary of the chat machine: what each name in its statechart does, without any I/O. */
import { assertEvent, assign, emit, enqueueActions, sendTo, setup } from 'xstate';
import type { DropReason } from '../src/contract/events.ts';
import type { AgentSessionInput } from '../src/contract/facts.ts';
import type { Answer } from '../src/contract/requests.ts';
import {
  acceptanceOf,
  closingOf,
  completionOf,
  concludeTurn,
  currentOf,
  sayingOf,
  dropOf,
  dropsOf,
  endOf,
  hasStarted,
  interruptionOf,
  openingOf,
  orderOf,
  progressOf,
  reordered,
  startOf,
  steerAcceptanceOf,
  steerEndingsOf,
  steerStartOf,
  without,
  withReturned,
  withTaken,
  withWritten,
} from './chat.decisions.ts';
import type {
  AgentSessionCommand,
  ChatContext,
  ChatEmitted,
  ChatEvent,
  ChatInput,
  StopReason,
} from './chat.events.ts';
import { chatDelays } from './chat.delays.ts';
import { chatGuards } from './chat.guards.ts';
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
    agentSession: mustProvideCallback<AgentSessionCommand, AgentSessionInput>('agentSession'),
  },
  actions: {
    holdTurns: assign({ mayStart: false }),
    releaseTurns: assign({ mayStart: true }),
    acceptMessage: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.submit');
      enqueue.emit(acceptanceOf(context, event.message, context.queue.length + 1));
      enqueue.assign({ queue: [...context.queue, event.message] });
    }),
    acceptMessageAtRest: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.submit');
      enqueue.emit(acceptanceOf(context, event.message, context.queue.length));
      enqueue.assign({ queue: [...context.queue, event.message] });
    }),
    acceptSteer: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.steer');
      const message = { ...event.message, isSteered: true as const };
      enqueue.emit(steerAcceptanceOf(context, message));
      enqueue.assign({ steered: [...context.steered, { message, isTaken: false, isWritten: false }] });
      enqueue.sendTo('agent', { type: 'agent.steer', message });
    }),
    announceSteered: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'steer.taken');
      enqueue.emit(steerStartOf(context, event));
      enqueue.assign({ steered: withTaken(context, event) });
    }),
    rememberWritten: assign(({ context, event }) => ({ steered: withWritten(context, event) })),
    queueReturned: enqueueActions(({ context, event, enqueue }) => {
      const changes = withReturned(context, event);
      if (changes.queue.length === context.queue.length) return;
      enqueue.emit(orderOf(changes.queue));
      enqueue.assign(changes);
    }),
    acceptMessageAsNext: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.submit');
      const queue = [event.message, ...context.queue];
      enqueue.emit(acceptanceOf(context, event.message, 1));
      if (queue.length > 1) enqueue.emit(orderOf(queue));
      enqueue.assign({ queue, successor: event.message.messageId });
    }),
    dropSuccessor: enqueueActions(({ context, enqueue }) => {
      const queue = context.queue.filter(({ messageId }) => messageId !== context.successor);
      if (context.successor === null || queue.length === context.queue.length) return;
      enqueue.emit(dropOf(context.chatId, context.successor, 'interrupted'));
      enqueue.assign({ queue });
    }),
    takeNextMessage: assign({
      current: ({ context }) => context.queue[0] ?? null,
      queue: ({ context }) => context.queue.slice(1),
      lastOutcome: null,
    }),
    returnCurrentMessage: assign({
      queue: ({ context }) =>
        context.current === null ? context.queue : [context.current, ...context.queue],
      current: null,
    }),
    rememberDelivery: assign(({ event }) => {
      assertEvent(event, 'turn.prepared');
      return { delivery: event.delivery };
    }),
    recordSaid: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'agent.said');
      for (const word of sayingOf(context.chatId, event)) enqueue.emit(word);
      enqueue.assign({
        openTools: event.openTools,
        selfDirected: event.selfDirected ?? context.selfDirected,
      });
    }),
    rememberStopReason: assign({ stopReason: (_, params: { reason: StopReason }) => params.reason }),
    reorderQueue: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'queue.reorder');
      const queue = reordered(context.queue, event.messageId, event.position);
      enqueue.assign({ queue });
      enqueue.emit(orderOf(queue));
    }),
    dropMessage: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'message.withdraw');
      const queue = context.queue.filter(({ messageId }) => messageId !== event.messageId);
      if (queue.length === context.queue.length) return;
      enqueue.assign({ queue });
      enqueue.emit(dropOf(context.chatId, event.messageId, 'deleted'));
    }),
    dropQueue: enqueueActions(({ context, enqueue }, params: { reason: DropReason }) => {
      for (const line of dropsOf(context, params.reason)) enqueue.emit(line);
      enqueue.assign({ queue: [] });
    }),
    clearQueueIfAsked: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'turn.interrupt');
      if (!event.clearQueue) return;
      for (const line of dropsOf(context, 'cleared')) enqueue.emit(line);
      enqueue.assign({ queue: [] });
    }),
    dropCurrentMessage: enqueueActions(({ context, enqueue }, params: { reason: DropReason }) => {
      const { messageId } = currentOf(context);
      enqueue.sendTo('agent', { type: 'agent.abandon', messageId });
      enqueue.emit(dropOf(context.chatId, messageId, params.reason));
      enqueue.assign({ current: null });
    }),
    announceStarted: emit(({ context, event }) => {
      assertEvent(event, 'turn.prepared');
      return { ...startOf(context), record: { message: currentOf(context), delivery: event.delivery } };
    }),
    announceRedelivery: emit(({ event }) => {
      assertEvent(event, 'turn.prepared');
      return { type: 'chat.updated' as const, record: { delivery: event.delivery } };
    }),
    announceStartedInVain: emit(({ context }) => startOf(context)),
    announceProgress: emit(({ context, event }) => {
      assertEvent(event, 'agent.waits');
      return progressOf(context.chatId, event);
    }),
    announceInterrupted: emit(({ context }) => interruptionOf(context)),
    concludeTurn: enqueueActions(({ context, event, enqueue }) => {
      const { current, stopReason, chatId, requests } = context;
      const { queue } = withReturned(context, event);
      for (const { id } of requests) enqueue.emit(closingOf(chatId, id, 'withdrawn'));
      if (queue.length > context.queue.length) enqueue.emit(orderOf(queue));
      if (current !== null) {
        const end = concludeTurn(stopReason, endOf(event));
        for (const line of steerEndingsOf(context, end)) enqueue.emit(line);
        enqueue.emit(completionOf(chatId, current.messageId, end));
        enqueue.assign({ lastOutcome: end.outcome });
      }
      enqueue.assign({ current: null, delivery: null, queue, steered: [], requests: [], openTools: 0 });
    }),
    comeToRest: enqueueActions(({ context, enqueue }) => {
      if (!context.selfDirected) return;
      enqueue.emit({ type: 'chat.updated', record: { selfDirected: false } });
      enqueue.assign({ selfDirected: false });
    }),
    forgetStopReason: assign({ stopReason: null, successor: null }),
    announceRequestOpened: emit(({ context, event }) => {
      assertEvent(event, 'request.opened');
      return openingOf(context, event);
    }),
    rememberRequest: assign(({ context, event }) => {
      assertEvent(event, 'request.opened');
      return {
        requests: [...without(context.requests, event.request.id), event.request],
        selfDirected: context.selfDirected || !hasStarted(context),
      };
    }),
    withdrawRequests: enqueueActions(({ context, enqueue }) => {
      for (const { id } of context.requests) enqueue.emit(closingOf(context.chatId, id, 'withdrawn'));
      enqueue.assign({ requests: [] });
    }),
    withdrawRequest: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'request.withdrawn');
      const requests = without(context.requests, event.requestId);
      if (requests.length === context.requests.length) return;
      enqueue.emit(closingOf(context.chatId, event.requestId, 'withdrawn'));
      enqueue.assign({ requests });
    }),
    answerRequest: enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'request.answer');
      const { requestId, answer } = event;
      const request = context.requests.find(({ id }) => id === requestId);
      if (request === undefined) return;
      enqueue.sendTo('agent', { type: 'agent.answer', request, answer });
      enqueue.emit(closingOf(context.chatId, requestId, answer.decision === 'allow' ? 'allowed' : 'denied'));
      enqueue.assign({ requests: without(context.requests, requestId) });
    }),
    closeRequests: enqueueActions(
      ({ context, enqueue }, params: { outcome: 'superseded' | 'expired'; message: string }) => {
        const answer: Answer = { decision: 'deny', message: params.message };
        for (const request of context.requests) {
          enqueue.sendTo('agent', { type: 'agent.answer', request, answer, unanswered: params.outcome });
          enqueue.emit(closingOf(context.chatId, request.id, params.outcome));
        }
        enqueue.assign({ requests: [] });
      },
    ),
    announceDeleted: emit(({ context: { chatId } }) => ({
      type: 'chat.deleted' as const,
      payload: { chatId },
    })),
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
    terminateAgent: sendTo('agent', { type: 'agent.terminate' }),
    killAgent: sendTo('agent', { type: 'agent.kill' }),
  },
  guards: chatGuards,
  delays: chatDelays,
});
