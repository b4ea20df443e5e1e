/** What a chat says about what happened: pure functions of its context and one fact. */
import type { Failure } from '../src/contract/chats.ts';
import type { DropReason } from '../src/contract/events.ts';
import type { AgentFact, TurnEnd } from '../src/contract/facts.ts';
import type { LineRecord, Position, QueuedMessage, Recorded } from '../src/contract/records.ts';
import type { AgentRequest, RequestOutcome } from '../src/contract/requests.ts';
import type {
  ChatContext,
  ChatEvent,
  ChatNote,
  ChatSaid,
  Spoken,
  StopReason,
  TurnCompleted,
} from './chat.events.ts';

export type Said = Extract<AgentFact, { type: 'agent.said' }>;

/** The end of a turn, seen in the light of why the agent was asked to stop. */
export function concludeTurn(stopReason: StopReason | null, end: TurnEnd): TurnEnd {
  if (stopReason === null) return end;
  const { usage } = end;
  const spent = usage === undefined ? {} : { usage };
  if (end.outcome === 'completed' || stopReason === 'superseded') return { outcome: 'completed', ...spent };
  const error = STOP_FAILURES[stopReason];
  return error === undefined ? { outcome: 'interrupted', ...spent } : { outcome: 'errored', error, ...spent };
}

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
  { chatId }: ChatContext,
  message: QueuedMessage,
  position: number,
): Recorded<'chat.turn.accepted'> {
  const { messageId } = message;
  return {
    type: 'chat.turn.accepted',
    payload: { chatId, messageId, queued: position > 0, position },
    record: { message },
  };
}

/** A message that goes into the turn of the current one. */
export function steerAcceptanceOf(
  context: ChatContext,
  message: QueuedMessage,
): Recorded<'chat.turn.accepted'> {
  const { type, payload, record } = acceptanceOf(context, message, 0);
  const { messageId: steers } = currentOf(context);
  return { type, payload: { ...payload, steers }, ...(record === undefined ? {} : { record }) };
}

export function steerStartOf(
  context: ChatContext,
  { messageId, position }: { messageId: string; position: Position | null },
): Recorded<'chat.turn.started'> {
  const { messageId: steers } = currentOf(context);
  const payload = { chatId: context.chatId, messageId, steers };
  return { type: 'chat.turn.started', payload, ...(position === null ? {} : { record: { position } }) };
}

/** The agent may read it from now on. */
export function withWritten(context: ChatContext, event: ChatEvent): Spoken[] {
  return context.steered.map((one) => (isOf(one, event) ? { ...one, isWritten: true } : one));
}

export function withTaken(context: ChatContext, event: ChatEvent): Spoken[] {
  return context.steered.map((one) => (isOf(one, event) ? { ...one, isTaken: true } : one));
}

function isOf({ message }: Spoken, event: ChatEvent): boolean {
  return 'messageId' in event && event.messageId === message.messageId;
}

/** The agent knows nothing of it, and will not. */
function isUnwritten({ isTaken, isWritten }: Spoken): boolean {
  return !isTaken && !isWritten;
}

/**
 * The message that the agent refused, or all that were not written when the turn is over, wait at the head of the queue,
 * in the order in which they were accepted.
 */
export function withReturned({ queue, steered }: ChatContext, event: ChatEvent) {
  const isReturned = (one: Spoken) => (event.type === 'steer.refused' ? isOf(one, event) : isUnwritten(one));
  const returned = steered.filter(isReturned).map(({ message }) => message);
  return { queue: returned.reduce(returnTo, queue), steered: steered.filter((one) => !isReturned(one)) };
}

function returnTo(queue: QueuedMessage[], message: QueuedMessage): QueuedMessage[] {
  const isBehind = (other: QueuedMessage) => other.isSteered !== true || other.queuedAt > message.queuedAt;
  const place = queue.findIndex(isBehind);
  return place === -1 ? [...queue, message] : queue.toSpliced(place, 0, message);
}

/** What was said into a turn, and written, ends as that turn does; of the cost, the turn has it all. */
export function steerEndingsOf(
  context: ChatContext,
  { outcome, error }: TurnEnd,
): (Recorded<'chat.turn.started'> | TurnCompleted)[] {
  const { chatId, current, steered } = context;
  if (current === null) return [];
  const said = steered.filter((one) => !isUnwritten(one));
  return said.flatMap(({ message: { messageId }, isTaken }) => {
    const { type, payload } = completionOf(chatId, messageId, { outcome, ...(error && { error }) });
    const completion: TurnCompleted = { type, payload: { ...payload, steers: current.messageId } };
    return isTaken ? [completion] : [steerStartOf(context, { messageId, position: null }), completion];
  });
}

export function startOf(context: ChatContext): Recorded<'chat.turn.started'> {
  const { messageId } = currentOf(context);
  return { type: 'chat.turn.started', payload: { chatId: context.chatId, messageId } };
}

/** Names what waited when the interrupt arrived, dropped with it or not; the successor is part of what ends. */
export function interruptionOf({ chatId, queue, successor }: ChatContext): Recorded<'chat.interrupted'> {
  const waiting = queue.map(({ messageId }) => messageId).filter((messageId) => messageId !== successor);
  return { type: 'chat.interrupted', payload: { chatId, interrupted: true, queue: waiting } };
}

/** One word for all events of a step, with how far the agent's output is journaled by it; none when nothing is new. */
export function sayingOf(chatId: string, said: Said): (ChatSaid | ChatNote)[] {
  const record = noteOf(said);
  const { events, messageId } = said;
  if (events.length === 0) return record === undefined ? [] : [{ type: 'chat.updated', record }];
  const payload = { chatId, messageId, events };
  return [{ type: 'chat.said', payload, ...(record === undefined ? {} : { record }) }];
}

export function progressOf(
  chatId: string,
  { messageId, progress, position }: Extract<AgentFact, { type: 'agent.waits' }>,
): Recorded<'chat.turn.progress'> {
  const payload = { chatId, messageId, progress };
  return { type: 'chat.turn.progress', payload, ...(position === null ? {} : { record: { position } }) };
}

function noteOf({ position, events, end, ...said }: Said): LineRecord | undefined {
  const { sessionId, sessionMark, selfDirected } = said;
  const changes = {
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(sessionMark === undefined ? {} : { sessionMark }),
    ...(selfDirected === undefined ? {} : { selfDirected }),
  };
  const isWorthALine = events.length > 0 || end !== undefined || Object.keys(changes).length > 0;
  if (!isWorthALine) return undefined;
  return position === null ? changes : { ...changes, position };
}

export function completionOf(
  chatId: string,
  messageId: string,
  { outcome, error, usage }: TurnEnd,
): TurnCompleted {
  return {
    type: 'chat.turn.completed',
    payload: {
      chatId,
      messageId,
      isComplete: outcome === 'completed',
      outcome,
      ...(error === undefined ? {} : { error }),
      ...(usage === undefined ? {} : { usage }),
    },
  };
}

export function dropOf(
  chatId: string,
  messageId: string,
  reason: DropReason,
): Recorded<'chat.message.dropped'> {
  return { type: 'chat.message.dropped', payload: { chatId, messageId, reason } };
}

export function dropsOf({ chatId, queue }: ChatContext, reason: DropReason) {
  return queue.map(({ messageId }) => dropOf(chatId, messageId, reason));
}

/** A request outside a started turn shows that the agent works by itself. */
export function openingOf(
  context: ChatContext,
  { request, position }: Extract<AgentFact, { type: 'request.opened' }>,
): Recorded<'chat.request.opened'> {
  const isOfTurn = hasStarted(context);
  const messageId = isOfTurn ? (context.current?.messageId ?? null) : null;
  return {
    type: 'chat.request.opened',
    payload: { chatId: context.chatId, messageId, request },
    record: { position, ...(isOfTurn ? {} : { selfDirected: true }) },
  };
}

export function closingOf(
  chatId: string,
  requestId: string,
  outcome: RequestOutcome,
): Recorded<'chat.request.closed'> {
  return { type: 'chat.request.closed', payload: { chatId, requestId, outcome } };
}

/** Moves one message to a place in the queue; places past the end mean the end. */
export function reordered(queue: QueuedMessage[], messageId: string, position: number): QueuedMessage[] {
  const message = queue.find((candidate) => candidate.messageId === messageId);
  if (message === undefined) return queue;
  const others = queue.filter((candidate) => candidate !== message);
  return [...others.slice(0, position), message, ...others.slice(position)];
}

/** The order in which the queue stands now. */
export function orderOf(queue: QueuedMessage[]): ChatNote {
  return { type: 'chat.updated', record: { queue: queue.map(({ messageId }) => messageId) } };
}

export function without(requests: AgentRequest[], requestId: string): AgentRequest[] {
  return requests.filter(({ id }) => id !== requestId);
}

/** Whether a turn runs that was announced, rather than a message that is still being prepared. */
export function hasStarted({ delivery }: ChatContext): boolean {
  return delivery !== null;
}

/** The message that is prepared or runs, where the statechart guarantees one. */
export function currentOf({ current }: ChatContext): QueuedMessage {
  if (current === null) throw new Error('A turn was entered without a message.');
  return current;
}

/** The end that an event brings: as reported, by the agent's death, or because nothing more will come. */
export function endOf(event: ChatEvent): TurnEnd {
  if (event.type === 'agent.said' && event.end !== undefined) return event.end;
  if (event.type === 'agent.exited') return { outcome: 'errored', error: event.failure };
  return { outcome: 'interrupted' };
}
