/** What is known of one chat, and how each line about it changes that: the same for a machine that runs and for a boot that reads the log. */
import type { ChatSummary, Policy } from '../src/contract/chats.ts';
import type { EngineEventBody } from '../src/contract/events.ts';
import type { HistorySender } from '../src/contract/history.ts';
import type { Sender } from '../src/contract/messages.ts';
import type {
  ChatRecord,
  LineRecord,
  MessageContent,
  QueuedMessage,
  Steered,
} from '../src/contract/records.ts';
import type { AgentRequest } from '../src/contract/requests.ts';
import type { TaskRecord } from '../src/contract/tasks.ts';
import { withBudgetAnswer, withBudgetRequest, withBudgetStep } from './chat.budget.ts';
import { withEndedTurn } from './chat.ended-turns.ts';
import type { ChatEmitted } from './chat.events.ts';
import { changed, titled } from './chat.settings.ts';
import { withTask } from './chat.tasks.ts';
import { spend, withTurnEnded } from './chat.usage.ts';

/** A line about a chat: as its machine says it, or as the log has it, with the time at which it was written. */
export type ChatLine = ChatEmitted | (EngineEventBody & { ts: string; record?: LineRecord | undefined });

/** So many answered messages are remembered per chat, to answer a repeated one the same way. */
const RECEIPTS = 1000;

/** So many messages are remembered by who sent them. */
const SENDERS = 1000;

const PREVIEW_CHARACTERS = 500;

interface Origin {
  policy: Policy;
  clientRequestId?: string | undefined;
  isUntitled?: boolean | undefined;
}

export function createRecord(chat: ChatSummary, { policy, clientRequestId, isUntitled }: Origin): ChatRecord {
  return {
    chat,
    policy,
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
    ...(isUntitled === undefined ? {} : { isUntitled }),
    sessionId: null,
    position: null,
    queue: [],
    turn: null,
    interrupting: false,
    selfDirected: false,
    requests: [],
    steered: [],
    receipts: [],
  };
}

/** The record after a line. What a line does not concern is shared with the record before it, never copied. */
export function evolve(before: ChatRecord, line: ChatLine): ChatRecord {
  return noteProgress(applyLine(before, line), line.record);
}

function applyLine(before: ChatRecord, line: ChatLine): ChatRecord {
  switch (line.type) {
    case 'chat.updated':
      return update(before, line);
    case 'chat.turn.accepted':
      return accept(before, line.payload, line.record?.message);
    case 'chat.turn.started':
      return line.payload.steers === undefined
        ? start(before, line)
        : { ...before, steered: before.steered.map(takenIf(line.payload.messageId)) };
    case 'chat.usage.changed':
      return spend(before, line.payload);
    case 'chat.turn.completed':
      return complete(before, line);
    case 'chat.interrupted':
      return { ...before, interrupting: before.turn !== null || before.selfDirected };
    case 'chat.message.dropped':
      return drop(before, line.payload.messageId);
    case 'chat.request.opened':
      return { ...before, ...opened(before, line.payload.request) };
    case 'chat.request.closed':
      return line.payload.requestId === before.budget?.request?.id
        ? { ...before, ...withBudgetAnswer(before, line.payload.outcome) }
        : { ...before, requests: closed(before, line.payload.requestId) };
    case 'chat.task.changed':
      return { ...before, tasks: withTask(before.tasks ?? [], taskIn(line)) };
    default:
      return before;
  }
}

function taskIn({ payload, record }: Extract<ChatLine, { type: 'chat.task.changed' }>): TaskRecord {
  return { ...payload.task, ...(record?.taskNote && { note: record.taskNote }) };
}

function drop(before: ChatRecord, messageId: string): ChatRecord {
  return {
    ...before,
    queue: withoutMessage(before.queue, messageId),
    steered: withoutSteered(before.steered, messageId),
  };
}

function update(before: ChatRecord, line: Extract<ChatLine, { type: 'chat.updated' }>): ChatRecord {
  const { moved, queue: order } = line.record ?? {};
  const chat =
    'payload' in line ? line.payload.chat : changed(withError(before.chat, line.lastError), line.change);
  const settled = { ...before, chat };
  if (moved !== undefined) return moved.reduce(withMoved, settled);
  return order === undefined ? settled : withOrder(settled, order);
}

/** A message that waits, or was said into a turn too late, takes this place in the queue. */
function withMoved(before: ChatRecord, { messageId, to }: { messageId: string; to: number }): ChatRecord {
  const isMoved = (message: QueuedMessage) => message.messageId === messageId;
  const message = before.queue.find(isMoved) ?? before.steered.find((one) => isMoved(one.message))?.message;
  if (message === undefined) return before;
  return {
    ...before,
    queue: withoutMessage(before.queue, messageId).toSpliced(to, 0, message),
    steered: withoutSteered(before.steered, messageId),
  };
}

/** Logs of earlier versions name the whole order; who is not in it comes first. */
function withOrder(before: ChatRecord, order: string[]): ChatRecord {
  const rank = new Map(order.map((messageId, place) => [messageId, place]));
  const rankOf = ({ messageId }: QueuedMessage) => rank.get(messageId) ?? -1;
  const returned = before.steered.filter(({ message }) => rank.has(message.messageId));
  const queue = [...before.queue, ...returned.map(({ message }) => message)];
  return {
    ...before,
    queue: queue.toSorted((one, other) => rankOf(one) - rankOf(other)),
    steered: returned.length === 0 ? before.steered : before.steered.filter((one) => !returned.includes(one)),
  };
}

function takenIf(messageId: string): (one: Steered) => Steered {
  return (one) => (one.message.messageId === messageId ? { ...one, isTaken: true } : one);
}

function accept(
  before: ChatRecord,
  { position, steers }: EngineEventBody<'chat.turn.accepted'>['payload'],
  message: QueuedMessage | undefined,
): ChatRecord {
  if (message === undefined) return before;
  const { messageId, digest, content, turnId, sender, queuedAt } = message;
  const { receipts } = before;
  const remembered = receipts.length < RECEIPTS ? receipts : receipts.slice(1 - RECEIPTS);
  return {
    ...before,
    ...titled(before, previewOf(content)),
    ...(steers === undefined
      ? { queue: [...before.queue, message] }
      : { steered: [...before.steered, { message, isTaken: false }] }),
    receipts: [...remembered, { messageId, digest, position, turnId }],
    ...(sender === undefined ? {} : { senders: withSender(before.senders, sender, queuedAt) }),
  };
}

function withSender(
  known: readonly HistorySender[] = [],
  { senderUserId, senderEmail }: Sender,
  recordedAt: string,
): HistorySender[] {
  return [
    ...known.slice(-SENDERS + 1),
    { senderUserId: senderUserId ?? null, senderEmail: senderEmail ?? null, recordedAt },
  ];
}

function start(before: ChatRecord, line: Extract<ChatLine, { type: 'chat.turn.started' }>): ChatRecord {
  const { messageId } = line.payload;
  const { record } = line;
  const message = record?.message ?? before.queue.find((candidate) => candidate.messageId === messageId);
  const startedAt = record?.startedAt ?? ('ts' in line ? line.ts : undefined);
  const { turnUsage: _, ...rest } = before;
  const { lastError: __, ...chat } = before.chat;
  const turn =
    message === undefined || record?.delivery === undefined || startedAt === undefined
      ? null
      : { message, startedAt, ...(record.clock && { clock: record.clock }), delivery: record.delivery };
  const sessionMark = record?.delivery?.sessionMark;
  const known = sessionMark === undefined ? {} : { sessionMark };
  return { ...rest, ...known, chat, queue: withoutMessage(before.queue, messageId), turn };
}

function complete(before: ChatRecord, line: Extract<ChatLine, { type: 'chat.turn.completed' }>): ChatRecord {
  const { messageId, error, steers } = line.payload;
  if (steers !== undefined) return { ...before, steered: withoutSteered(before.steered, messageId) };
  const { turnUsage: _, ...rest } = before;
  const chat = { ...withError(before.chat, error), usage: withTurnEnded(before, line.payload) };
  const queue = withoutMessage(before.queue, messageId); // where the line of its start is lost
  const endedTurns = withEndedTurn(before.endedTurns, line);
  const ended = { turn: null, interrupting: false, requests: [], ...(endedTurns && { endedTurns }) };
  return { ...rest, chat, queue, ...ended };
}

function noteProgress(before: ChatRecord, record: LineRecord | undefined): ChatRecord {
  if (record === undefined) return before;
  const { selfDirected = before.selfDirected, sessionId = before.sessionId } = record;
  const { position = before.position, policy = before.policy } = record;
  return {
    ...before,
    selfDirected,
    sessionId,
    position,
    policy,
    interrupting: before.interrupting && (before.turn !== null || selfDirected),
    ...(record.sessionMark === undefined ? {} : { sessionMark: record.sessionMark }),
    ...(record.isUntitled === undefined ? {} : { isUntitled: record.isUntitled }),
    ...(record.budgetStep === undefined ? {} : withBudgetStep(before, record.budgetStep)),
    ...(before.turn === null || record.delivery === undefined
      ? {}
      : { turn: { ...before.turn, delivery: record.delivery } }),
  };
}

/** What the engine asks is not among what the agent asks: no end of a turn closes it. */
function opened(before: ChatRecord, request: AgentRequest): Partial<ChatRecord> {
  return request.kind === 'budget'
    ? withBudgetRequest(before, request)
    : { requests: [...closed(before, request.id), request] };
}

function closed({ requests }: ChatRecord, requestId: string): AgentRequest[] {
  return requests.filter(({ id }) => id !== requestId);
}

function withError(chat: ChatSummary, error: ChatSummary['lastError']): ChatSummary {
  return error === undefined ? chat : { ...chat, lastError: error };
}

function withoutMessage(queue: QueuedMessage[], messageId: string): QueuedMessage[] {
  const place = queue.findIndex((message) => message.messageId === messageId);
  return place === -1 ? queue : queue.toSpliced(place, 1);
}

function withoutSteered(steered: Steered[], messageId: string): Steered[] {
  const place = steered.findIndex(({ message }) => message.messageId === messageId);
  return place === -1 ? steered : steered.toSpliced(place, 1);
}

export function previewOf(content: MessageContent): string {
  const text = content.kind === 'inline' ? content.text : content.preview;
  return text.slice(0, PREVIEW_CHARACTERS).toWellFormed();
}
