/** How a chat says something, and what it says when its agent did. */
import type { Usage } from '../src/contract/chats.ts';
import type { AgentFact } from '../src/contract/facts.ts';
import type { ChatRecord, LineRecord, Recorded } from '../src/contract/records.ts';
import { chatIdOf } from './chat.context.ts';
import type { ChatContext, ChatEmitted } from './chat.events.ts';
import { evolve } from './chat.record.ts';
import { newsOf, taskChangeOf } from './chat.tasks.ts';
import { plus } from './chat.usage.ts';

type Said = Extract<AgentFact, { type: 'agent.said' }>;

/** One word for all events of a step, with how far the agent's output is journaled by it; none when nothing is new. */
export function sayingOf(context: ChatContext, said: Said): ChatEmitted[] {
  const { events, messageId, tasks, spent } = said;
  const news = tasks === undefined ? [] : newsOf(context.record, tasks);
  const changes = news.map((task) => taskChangeOf(context.record, task));
  const spending = spent === undefined ? [] : [spendingOf(context, messageId, spent)];
  const record = noteOf(said, news.length > 0);
  if (record === undefined) return [];
  const payload = { chatId: chatIdOf(context), messageId, events };
  const line: ChatEmitted =
    events.length === 0 ? { type: 'chat.updated', record } : { type: 'chat.said', payload, record };
  return [line, ...changes, ...spending];
}

function spendingOf(
  { record: { chat } }: ChatContext,
  messageId: string | null,
  spent: Usage,
): Recorded<'chat.usage.changed'> {
  const usage = plus(chat.usage, spent);
  return { type: 'chat.usage.changed', payload: { chatId: chat.id, messageId, spent, usage } };
}

function noteOf({ position, events, end, spent, ...said }: Said, hasNews: boolean): LineRecord | undefined {
  const { sessionId, sessionMark, selfDirected } = said;
  const changes = {
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(sessionMark === undefined ? {} : { sessionMark }),
    ...(selfDirected === undefined ? {} : { selfDirected }),
  };
  const isSaid = hasNews || events.length > 0 || end !== undefined || spent !== undefined;
  const isWorthALine = isSaid || Object.keys(changes).length > 0;
  if (!isWorthALine) return undefined;
  return position === null ? changes : { ...changes, position };
}

interface Mouth {
  emit(line: ChatEmitted): void;
  assign(change: { record: ChatRecord }): void;
}

/** A chat says what happened, and is from then on what was said. */
export function say(mouth: Mouth, { record }: ChatContext, ...lines: ChatEmitted[]): void {
  if (lines.length === 0) return;
  for (const line of lines) mouth.emit(line);
  mouth.assign({ record: lines.reduce<ChatRecord>(evolve, record) });
}
