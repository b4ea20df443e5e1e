/** What the context of a chat means: pure functions, for its machine and for those who look at it. */
import type { AgentSessionInput } from '../src/contract/facts.ts';
import type { ChatRecord, QueuedMessage } from '../src/contract/records.ts';
import type { AgentRequest } from '../src/contract/requests.ts';
import type { ChatContext, ChatInput } from './chat.events.ts';
import { openTasksOf } from './chat.tasks.ts';

export function contextOf(input: ChatInput): ChatContext {
  const { interrupting, chat } = input.record;
  return {
    ...input,
    preparing: null,
    unwritten: [],
    openTools: 0,
    stopReason: interrupting ? 'user' : null,
    successor: null,
    lastOutcome: chat.state === 'errored' ? 'errored' : null,
  };
}

/** Where the session of the agent takes up. */
export function sessionOf({ record, origin }: ChatContext): AgentSessionInput {
  const { chat, sessionId, sessionMark, receipts, steered } = record;
  const known = {
    chatId: chat.id,
    provider: chat.provider,
    policy: record.turn?.message.policy ?? record.policy,
    sessionId,
    ...(sessionMark === undefined ? {} : { sessionMark }),
    turnIds: receipts.flatMap(({ turnId }) => turnId ?? []),
  };
  if (origin.kind !== 'created' && origin.kind !== 'restored') {
    const isGivenUp = origin.kind === 'givenUp';
    return { ...known, position: null, turn: null, requests: [], selfDirected: false, isGivenUp };
  }
  const { position, turn, requests, selfDirected } = record;
  const steering = steered.flatMap(({ message, isTaken }) => (isTaken ? [] : [message]));
  const tasks = openTasksOf(record);
  return Object.assign(known, { position, turn, requests, steering, tasks, selfDirected });
}

export function chatIdOf({ record }: { record: ChatRecord }): string {
  return record.chat.id;
}

/** The messages that can still be withdrawn or moved. */
export function waitingOf({ record, preparing }: ChatContext): QueuedMessage[] {
  if (preparing === null) return record.queue;
  return record.queue.filter(({ messageId }) => messageId !== preparing.messageId);
}

export function isWaiting(context: ChatContext, messageId: string): boolean {
  return waitingOf(context).some((message) => message.messageId === messageId);
}

export function requestOf({ record }: ChatContext, requestId: string): AgentRequest | undefined {
  return record.requests.find(({ id }) => id === requestId);
}

/** What is asked, by the agent and by the chat itself. */
export function openRequestsOf({ requests, budget }: ChatRecord): AgentRequest[] {
  return budget?.request === undefined ? requests : [...requests, budget.request];
}

/** Whether a turn runs that was announced, rather than a message that is still being prepared. */
export function hasStarted({ record }: ChatContext): boolean {
  return record.turn !== null;
}

/** The message that is prepared or runs; null at rest and while the agent works by itself. */
export function messageOf({ record, preparing }: ChatContext): QueuedMessage | null {
  return record.turn?.message ?? preparing;
}

/** The same, where the statechart guarantees one. */
export function currentOf(context: ChatContext): QueuedMessage {
  const message = messageOf(context);
  if (message === null) throw new Error('A turn was entered without a message.');
  return message;
}

/** It has a message, or its agent works by itself. */
export function isOccupied(context: ChatContext): boolean {
  return messageOf(context) !== null || context.record.selfDirected;
}
