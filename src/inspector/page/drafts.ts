import { randomId } from '../../client/random-id.ts';
import type { PageStore } from './page-state.ts';

/** What is being written to a chat, and what is on its way there. */
export interface Draft {
  text: string;
  /** A message that was not taken keeps its id: sent again as it is, it counts once. */
  failed: Sending | null;
  sending: Sending | null;
  trouble: string | null;
}

interface Sending {
  text: string;
  messageId: string;
}

const EMPTY: Draft = { text: '', failed: null, sending: null, trouble: null };

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
  if (sending !== null || text.trim() === '') return;
  const message = failed?.text === text ? failed : { text, messageId: randomId() };
  changeDraft(store, chatId, { text: '', failed: null, sending: message, trouble: null });
  try {
    await store.state.client.chats.send(chatId, { message: message.text, messageId: message.messageId });
    changeDraft(store, chatId, { sending: null });
  } catch (error) {
    const since = draftOf(store, chatId).text;
    changeDraft(store, chatId, {
      text: since === '' ? message.text : `${message.text}\n${since}`,
      failed: message,
      sending: null,
      trouble: error instanceof Error ? error.message : String(error),
    });
  }
}
