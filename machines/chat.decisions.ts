/** What a chat says about what happened: pure functions of its context and one fact. */
import type { Failure, Usage } from '../src/contract/chats.ts';
import type { DropReason } from '../src/contract/events.ts';
import type { AgentFact, TurnEnd } from '../src/contract/facts.ts';
import type { Position, QueuedMessage, Recorded } from '../src/contract/records.ts';
import type { RequestOutcome } from '../src/contract/requests.ts';
import { chatIdOf, currentOf, hasStarted, isWaiting, waitingOf } from './chat.context.ts';
import type {
  ChatContext,
  ChatEmitted,
  ChatEvent,
  ChatNote,
  StopReason,
  TurnCompleted,
} from './chat.events.ts';

/** The end of a turn, seen in the light of why the agent was asked to stop. */
export function concludeTurn(stopReason: StopReason | null, end: TurnEnd): TurnEnd {
  if (stopReason === null) return end;
  if (end.outcome === 'completed' || stopReason === 'superseded') return { outcome: 'completed' };
  if (stopReason === 'budget') return { outcome: 'interrupted', error: BUDGET_REACHED };
  const error = STOP_FAILURES[stopReason];
  return error === undefined ? { outcome: 'interrupted' } : { outcome: 'errored', error };
}

const BUDGET_REACHED: Failure = {
  code: 'budget_reached',
  message: 'The budget is used up, so the turn was interrupted.',
};

const STOP_FAILURES: Partial<Record<StopReason, Failure>> = {
  silent: {
    code: 'agent_silent',
    message: 'The agent printed nothing for too long while no tool ran, so its turn was interrupted.',
  },
  unresponsive: {
    code: 'agent_unresponsive',
    message: 'The agent printed nothing and did not answer a ping, so it was ended. Its session is kept.',
  },
};

/** `position`: how many messages are before it, the running one included. */
export function acceptanceOf(
  context: ChatContext,
  message: QueuedMessage,
  position: number,
): Recorded<'chat.turn.accepted'> {
  const { messageId, submittedAt, sender } = message;
  const said = { ...sender, ...(submittedAt === undefined ? {} : { submittedAt }) };
  return {
    type: 'chat.turn.accepted',
    payload: { chatId: chatIdOf(context), messageId, queued: position > 0, position, ...said },
    record: { message },
  };
}

/** A message that goes into the turn of the current one. */
export function steerAcceptanceOf(
  context: ChatContext,
  message: QueuedMessage,
): Recorded<'chat.turn.accepted'> {
  const acceptance = acceptanceOf(context, message, 0);
  const { messageId: steers } = currentOf(context);
  return { ...acceptance, payload: { ...acceptance.payload, steers } };
}

export function steerStartOf(
  context: ChatContext,
  { messageId, position }: { messageId: string; position: Position | null },
): Recorded<'chat.turn.started'> {
  const { messageId: steers } = currentOf(context);
  const payload = { chatId: chatIdOf(context), messageId, steers };
  return { type: 'chat.turn.started', payload, ...(position === null ? {} : { record: { position } }) };
}

/** What of the messages that were said into the turn is still unwritten once the agent may read this one. */
export function writtenIn({ unwritten }: ChatContext, { messageId }: { messageId: string }): string[] {
  return unwritten.filter((candidate) => candidate !== messageId);
}

/**
 * The message that the agent refused, or all that were not written when the turn is over, wait at the head of the queue,
 * in the order in which they were accepted.
 */
export function returnsOf({ record, unwritten }: ChatContext, event: ChatEvent): ChatNote[] {
  const isReturned = ({ messageId }: QueuedMessage) =>
    event.type === 'steer.refused' ? event.messageId === messageId : unwritten.includes(messageId);
  const returned = record.steered.flatMap(({ message }) => (isReturned(message) ? [message] : []));
  let { queue } = record;
  const moved = returned.map((message) => {
    const to = placeOf(message, queue);
    queue = queue.toSpliced(to, 0, message);
    return { messageId: message.messageId, to };
  });
  return moved.length === 0 ? [] : [{ type: 'chat.updated', record: { moved } }];
}

function placeOf({ queuedAt }: QueuedMessage, queue: readonly QueuedMessage[]): number {
  const place = queue.findIndex((other) => other.isSteered !== true || other.queuedAt > queuedAt);
  return place === -1 ? queue.length : place;
}

/** What was said into a turn, and written, ends as that turn does; of the cost, the turn has it all. */
export function steerEndingsOf(
  context: ChatContext,
  { outcome, error }: TurnEnd,
): (Recorded<'chat.turn.started'> | TurnCompleted)[] {
  const { turn, steered } = context.record;
  if (turn === null) return [];
  const said = steered.filter(({ message }) => !context.unwritten.includes(message.messageId));
  return said.flatMap(({ message: { messageId }, isTaken }) => {
    const { type, payload } = completionOf(context, messageId, { outcome, ...(error && { error }) });
    const completion: TurnCompleted = { type, payload: { ...payload, steers: turn.message.messageId } };
    return isTaken ? [completion] : [steerStartOf(context, { messageId, position: null }), completion];
  });
}

export function startOf(context: ChatContext): Recorded<'chat.turn.started'> {
  const { messageId } = currentOf(context);
  return { type: 'chat.turn.started', payload: { chatId: chatIdOf(context), messageId } };
}

/** Names what waited when the interrupt arrived, dropped with it or not; the successor is part of what ends. */
export function interruptionOf(context: ChatContext): Recorded<'chat.interrupted'> {
  const waiting = waitingOf(context).flatMap(({ messageId }) =>
    messageId === context.successor ? [] : [messageId],
  );
  const payload = { chatId: chatIdOf(context), interrupted: true, queue: waiting };
  return { type: 'chat.interrupted', payload };
}

export function progressOf(
  context: ChatContext,
  { messageId, progress, position }: Extract<AgentFact, { type: 'agent.waits' }>,
): Recorded<'chat.turn.progress'> {
  const payload = { chatId: chatIdOf(context), messageId, progress };
  return { type: 'chat.turn.progress', payload, ...(position === null ? {} : { record: { position } }) };
}

export function completionOf(
  context: ChatContext,
  messageId: string,
  { outcome, error, usage }: TurnEnd & { usage?: Usage | undefined },
): TurnCompleted {
  return {
    type: 'chat.turn.completed',
    payload: {
      chatId: chatIdOf(context),
      messageId,
      isComplete: outcome === 'completed',
      outcome,
      ...(error === undefined ? {} : { error }),
      ...(usage === undefined ? {} : { usage }),
    },
  };
}

export function dropOf(
  context: ChatContext,
  messageId: string,
  reason: DropReason,
): Recorded<'chat.message.dropped'> {
  return { type: 'chat.message.dropped', payload: { chatId: chatIdOf(context), messageId, reason } };
}

/** A request outside a started turn shows that the agent works by itself. */
export function openingOf(
  context: ChatContext,
  { request, position }: Extract<AgentFact, { type: 'request.opened' }>,
): Recorded<'chat.request.opened'> {
  const isOfTurn = hasStarted(context);
  const messageId = context.record.turn?.message.messageId ?? null;
  return {
    type: 'chat.request.opened',
    payload: { chatId: chatIdOf(context), messageId, request },
    record: { position, ...(isOfTurn ? {} : { selfDirected: true }) },
  };
}

export function closingOf(
  context: ChatContext,
  requestId: string,
  outcome: RequestOutcome,
): Recorded<'chat.request.closed'> {
  return { type: 'chat.request.closed', payload: { chatId: chatIdOf(context), requestId, outcome } };
}

/** A message takes a place among those that wait; one that is being prepared stays ahead of them. */
export function moveOf({ preparing }: ChatContext, messageId: string, place: number): ChatNote {
  const to = preparing === null ? place : place + 1;
  return { type: 'chat.updated', record: { moved: [{ messageId, to }] } };
}

export function dropsOf(context: ChatContext, reason: DropReason): ChatEmitted[] {
  return waitingOf(context).map(({ messageId }) => dropOf(context, messageId, reason));
}

/** Only what still waits can be dropped so. */
export function dropsIfWaitingOf(
  context: ChatContext,
  messageId: string | null,
  reason: DropReason,
): ChatEmitted[] {
  return messageId !== null && isWaiting(context, messageId) ? [dropOf(context, messageId, reason)] : [];
}

export function creationOf({ record }: ChatContext): Recorded<'chat.created'> {
  const { chat, policy, clientRequestId, isUntitled } = record;
  const payload = { chat, ...(clientRequestId === undefined ? {} : { clientRequestId }) };
  return {
    type: 'chat.created',
    payload,
    record: { policy, ...(isUntitled === undefined ? {} : { isUntitled }) },
  };
}

/** The end that an event brings: as reported, by the agent's death, or because nothing more will come. */
export function endOf(event: ChatEvent): TurnEnd {
  if (event.type === 'agent.said' && event.end !== undefined) return event.end;
  if (event.type === 'agent.exited') return { outcome: 'errored', error: event.failure };
  return { outcome: 'interrupted' };
}
