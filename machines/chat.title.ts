/** What a chat is called: pure. */
import type { ChatRecord } from '../src/contract/records.ts';

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
