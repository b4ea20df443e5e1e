/** What a chat is, told by its journal lines: pure, so that a running engine and a booting one agree. */
import type { ChatSummary, Usage } from '../contract/chats.ts';
import type { EngineEventBody } from '../contract/events.ts';
import type { AgentRequest } from '../contract/requests.ts';
import type { ChatRecord, LineRecord, MessageContent, QueuedMessage, Steered } from '../contract/records.ts';

/** A line as far as folding reads it. */
export type FoldedLine = EngineEventBody & { ts: string; record?: LineRecord | undefined };

/** So many answered messages are remembered per chat, to answer a repeated one the same way. */
const RECEIPTS = 1000;

const PREVIEW_CHARACTERS = 500;

/** The chat a line is about, or undefined for lines about none. */
export function chatIdOf({ payload }: EngineEventBody): string | undefined {
  if ('chatId' in payload) return payload.chatId;
  return 'chat' in payload ? payload.chat.id : undefined;
}

/** The record after a line; undefined before the chat is created and after it is deleted. */
export function foldLine(before: ChatRecord | undefined, line: FoldedLine): ChatRecord | undefined {
  if (line.type === 'chat.created') return createRecord(line.payload, line.record);
  if (line.type === 'chat.deleted' || before === undefined) return undefined;
  return noteProgress(foldPayload(before, line), line.record);
}

function foldPayload(before: ChatRecord, line: FoldedLine): ChatRecord {
  switch (line.type) {
    case 'chat.updated':
      return {
        ...reorder(withReturned(before, line.record?.queue), line.record?.queue),
        chat: line.payload.chat,
      };
    case 'chat.turn.accepted':
      return accept(before, line.payload, line.record?.message);
    case 'chat.turn.started':
      return line.payload.steers === undefined
        ? start(before, line.payload.messageId, line)
        : { ...before, steered: before.steered.map(takenIf(line.payload.messageId)) };
    case 'chat.turn.completed':
      return complete(before, line.payload);
    case 'chat.interrupted':
      return { ...before, interrupting: before.turn !== null || before.selfDirected };
    case 'chat.message.dropped':
      return { ...before, queue: withoutMessage(before.queue, line.payload.messageId) };
    case 'chat.request.opened':
      return { ...before, requests: [...closed(before, line.payload.request.id), line.payload.request] };
    case 'chat.request.closed':
      return { ...before, requests: closed(before, line.payload.requestId) };
    default:
      return before;
  }
}

function closed({ requests }: ChatRecord, requestId: string): AgentRequest[] {
  return requests.filter(({ id }) => id !== requestId);
}

function createRecord(
  { chat, clientRequestId }: EngineEventBody<'chat.created'>['payload'],
  record: LineRecord | undefined,
): ChatRecord {
  return {
    chat,
    policy: record?.policy ?? 'bypass',
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
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

/** A message that was said into a turn too late waits in the queue. */
function withReturned(before: ChatRecord, order: string[] | undefined): ChatRecord {
  const isReturned = ({ message }: Steered) => order?.includes(message.messageId) === true;
  if (!before.steered.some(isReturned)) return before;
  const queue = [...before.queue, ...before.steered.filter(isReturned).map(({ message }) => message)];
  return { ...before, queue, steered: before.steered.filter((one) => !isReturned(one)) };
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
  const { messageId, digest, content, turnId } = message;
  return {
    ...before,
    chat: { ...before.chat, lastMessageText: previewOf(content) },
    ...(steers === undefined
      ? { queue: [...before.queue, message] }
      : { steered: [...before.steered, { message, isTaken: false }] }),
    receipts: [...before.receipts, { messageId, digest, position, turnId }].slice(-RECEIPTS),
  };
}

function start(before: ChatRecord, messageId: string, { ts, record }: FoldedLine): ChatRecord {
  const message = record?.message ?? before.queue.find((candidate) => candidate.messageId === messageId);
  const { lastError: _, ...chat } = before.chat;
  const turn =
    message === undefined || record?.delivery === undefined
      ? null
      : {
          message,
          startedAt: ts,
          ...(record.clock && { clock: record.clock }),
          delivery: record.delivery,
        };
  const sessionMark = record?.delivery?.sessionMark;
  const known = sessionMark === undefined ? {} : { sessionMark };
  return { ...before, ...known, chat, queue: withoutMessage(before.queue, messageId), turn };
}

function complete(
  before: ChatRecord,
  { messageId, error, usage, steers }: EngineEventBody<'chat.turn.completed'>['payload'],
): ChatRecord {
  if (steers !== undefined) {
    return { ...before, steered: before.steered.filter(({ message }) => message.messageId !== messageId) };
  }
  const chat: ChatSummary = {
    ...before.chat,
    ...(error === undefined ? {} : { lastError: error }),
    ...(usage === undefined ? {} : { usage: sumOf(before.chat.usage ?? {}, usage) }),
  };
  return { ...before, chat, turn: null, interrupting: false, requests: [] };
}

function noteProgress(before: ChatRecord, record: LineRecord | undefined): ChatRecord {
  if (record === undefined) return before;
  const selfDirected = record.selfDirected ?? before.selfDirected;
  return {
    ...before,
    selfDirected,
    interrupting: before.interrupting && (before.turn !== null || selfDirected),
    ...(record.sessionId === undefined ? {} : { sessionId: record.sessionId }),
    ...(record.sessionMark === undefined ? {} : { sessionMark: record.sessionMark }),
    ...(record.position === undefined ? {} : { position: record.position }),
    ...(before.turn === null || record.delivery === undefined
      ? {}
      : { turn: { ...before.turn, delivery: record.delivery } }),
  };
}

function reorder(before: ChatRecord, order: string[] | undefined): ChatRecord {
  if (order === undefined) return before;
  const rank = (message: QueuedMessage) => order.indexOf(message.messageId);
  return { ...before, queue: before.queue.toSorted((one, other) => rank(one) - rank(other)) };
}

function withoutMessage(queue: QueuedMessage[], messageId: string): QueuedMessage[] {
  return queue.filter((message) => message.messageId !== messageId);
}

export function previewOf(content: MessageContent): string {
  const text = content.kind === 'inline' ? content.text : content.preview;
  return text.slice(0, PREVIEW_CHARACTERS).toWellFormed();
}

const COUNTERS = ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'costUsd'] as const;

function sumOf(before: Usage, added: Usage): Usage {
  const sums = COUNTERS.flatMap((counter) => {
    const [one, other] = [before[counter], added[counter]];
    return one === undefined && other === undefined ? [] : [[counter, (one ?? 0) + (other ?? 0)] as const];
  });
  return { ...Object.fromEntries(sums), ...contextOf({ ...before, ...added }) };
}

/** How full the context is, as told last. */
function contextOf({ contextTokens, contextWindow }: Usage): Usage {
  return {
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
  };
}
