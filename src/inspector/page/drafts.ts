import { randomId } from '../../client/random-id.ts';
import type { PageStore } from './page-state.ts';

/** What is being written to a chat, and what is on its way there. */
export interface Draft {
  text: string;
  /** In the order in which they were written: one is sent when the one before it was taken. */
  sending: readonly Message[];
  /** A message that was not taken keeps its id: sent again as it is, it counts once. */
  failed: Message | null;
  trouble: string | null;
}

interface Message {
  text: string;
  messageId: string;
}

const EMPTY: Draft = { text: '', sending: [], failed: null, trouble: null };

export function draftOf(store: PageStore, chatId: string): Draft {
  return store.state.drafts.get(chatId) ?? EMPTY;
}

export function changeDraft(store: PageStore, chatId: string, change: Partial<Draft>): void {
  const drafts = new Map(store.state.drafts);
  store.update({ drafts: drafts.set(chatId, { ...draftOf(store, chatId), ...change }) });
}

/** Sends the draft of a chat. What is not taken is a draft again, before what was written meanwhile. */
export async function sendDraft(store: PageStore, chatId: string): Promise<void> {
  const { text, failed, sending } = draftOf(store, chatId);
  if (text.trim() === '') return;
  const message = failed?.text === text ? failed : { text, messageId: randomId() };
  changeDraft(store, chatId, { text: '', failed: null, sending: [...sending, message], trouble: null });
  if (sending.length === 0) await sendAll(store, chatId);
}

async function sendAll(store: PageStore, chatId: string): Promise<void> {
  for (;;) {
    const [next] = draftOf(store, chatId).sending;
    if (next === undefined) return;
    try {
      await store.state.client.chats.send(chatId, { message: next.text, messageId: next.messageId });
    } catch (error) {
      return takeBack(store, chatId, error);
    }
    changeDraft(store, chatId, { sending: draftOf(store, chatId).sending.slice(1) });
  }
}

function takeBack(store: PageStore, chatId: string, error: unknown): void {
  const { sending, text } = draftOf(store, chatId);
  const texts = [...sending.map((message) => message.text), text].filter((each) => each !== '');
  changeDraft(store, chatId, {
    text: texts.join('\n'),
    failed: sending[0] ?? null,
    sending: [],
    trouble: error instanceof Error ? error.message : String(error),
  });
}
