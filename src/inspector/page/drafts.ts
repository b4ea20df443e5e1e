import { randomId } from '../../client/random-id.ts';
import type { Draft, PageStore } from './page-state.ts';

const EMPTY: Draft = { text: '', sending: [], failed: null, held: [], later: '', trouble: null };

export function draftOf(store: PageStore, chatId: string): Draft {
  return store.state.drafts.get(chatId) ?? EMPTY;
}

export function changeDraft(store: PageStore, chatId: string, change: Partial<Draft>): void {
  const drafts = new Map(store.state.drafts);
  store.update({ drafts: drafts.set(chatId, { ...draftOf(store, chatId), ...change }) });
}

/** Sends the draft of a chat. What is not taken is the draft again, and what was sent and written meanwhile waits behind it. */
export async function sendDraft(store: PageStore, chatId: string): Promise<void> {
  const { text, failed, sending, held, later } = draftOf(store, chatId);
  const message = failed?.text === text ? failed : { text, messageId: randomId() };
  const next = text.trim() === '' ? held : [message, ...held];
  if (next.length === 0) return;
  changeDraft(store, chatId, { ...EMPTY, text: later, sending: [...sending, ...next] });
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
  const [failed = null, ...held] = sending;
  changeDraft(store, chatId, {
    text: failed?.text ?? '',
    failed,
    held,
    later: text,
    sending: [],
    trouble: error instanceof Error ? error.message : String(error),
  });
}
