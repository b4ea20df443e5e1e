/** What a chat is called, and what it is set to for the messages that do not say: pure. */
import type { ChatChange, ChatSummary } from '../src/contract/chats.ts';
import type { ChatRecord, LineRecord, QueuedMessage } from '../src/contract/records.ts';

/** The summary after a change; null takes a setting back. Whoever names a chat is a person. */
export function changed(chat: ChatSummary, change: ChatChange | undefined): ChatSummary {
  if (change === undefined) return chat;
  const { title = chat.title, model = chat.model, thinkingLevel = chat.thinkingLevel } = change;
  const { policy = chat.policy, budget = chat.budget } = change;
  const { titleProvenance, model: _, thinkingLevel: __, policy: ___, budget: ____, ...rest } = chat;
  return {
    ...rest,
    title,
    ...(change.title === undefined && titleProvenance && { titleProvenance }),
    ...(model && { model }),
    ...(thinkingLevel && { thinkingLevel }),
    ...(policy && { policy }),
    ...(budget && { budget }),
  };
}

/** What of a change is no part of the summary. */
export function recordOf({ title, policy, budget }: ChatChange): LineRecord {
  return {
    ...(title !== undefined && { isUntitled: false }),
    ...(policy !== undefined && { policy }),
    ...(budget && { budgetStep: budget }),
  };
}

/** A message as it runs: what it says itself wins. */
export function settled({ chat, policy }: ChatRecord, message: QueuedMessage): QueuedMessage {
  const { model, thinkingLevel } = chat;
  return {
    ...(model !== undefined && { model }),
    ...(thinkingLevel !== undefined && { thinkingLevel }),
    ...message,
    policy,
  };
}

const TITLE_CHARACTERS = 80;

/** A chat that nobody has named is called after its first words. */
export function titled(
  { chat, isUntitled }: ChatRecord,
  text: string,
): Pick<ChatRecord, 'chat' | 'isUntitled'> {
  const said = { ...chat, lastMessageText: text };
  const [line = ''] = text.trim().split('\n');
  const title = line.replaceAll(/\s+/g, ' ').trim();
  if (isUntitled !== true || title === '') return { chat: said };
  const short =
    title.length > TITLE_CHARACTERS ? `${title.slice(0, TITLE_CHARACTERS - 1).toWellFormed()}…` : title;
  return { chat: { ...said, title: short, titleProvenance: 'auto' }, isUntitled: false };
}
