import { reasonOf, type EngineClient } from '../../client/client.ts';
import { randomId } from '../../client/chat-calls.ts';
import type { Conversation } from './conversation/conversation.ts';
import type { Draft, Message, MessageSettings, PageStore, Written } from './page-state.ts';

const EMPTY: Draft = {
  text: '',
  images: [],
  settings: {},
  sending: [],
  failed: null,
  held: [],
  later: [],
  trouble: null,
};

export function draftOf(store: PageStore, chatId: string): Draft {
  return store.state.drafts.get(chatId) ?? EMPTY;
}

export function changeDraft(store: PageStore, chatId: string, change: Partial<Draft>): void {
  const drafts = new Map(store.state.drafts);
  store.update({ drafts: drafts.set(chatId, { ...draftOf(store, chatId), ...change }) });
}

/** One choice beside those that stand in the draft by now, which may not be drawn yet. */
export function changeSetting<Name extends keyof MessageSettings>(
  store: PageStore,
  chatId: string,
  name: Name,
  value: MessageSettings[Name] | undefined,
): void {
  const { [name]: _former, ...others } = draftOf(store, chatId).settings;
  changeDraft(store, chatId, { settings: value === undefined ? others : { ...others, [name]: value } });
}

/** A text takes the place of what is being written, which is the draft again once that is on its way. */
export function writeFirst(store: PageStore, chatId: string, text: string): void {
  const draft = draftOf(store, chatId);
  const later = isBlank(draft) ? draft.later : [writtenIn(draft), ...draft.later];
  changeDraft(store, chatId, { text, images: [], later });
}

/** Sends the draft of a chat. What is not taken is the draft again, and what was sent and written meanwhile waits behind it. */
export async function sendDraft(store: PageStore, chatId: string, isSteered = false): Promise<void> {
  const draft = draftOf(store, chatId);
  const { settings, sending, held } = draft;
  const [then, ...later] = draft.later;
  const next = isBlank(draft) ? held : [toMessage(draft, isSteered), ...held];
  if (next.length === 0) return;
  for (const { messageId, text: said } of next) conversationOf(store, chatId)?.expect(messageId, said);
  changeDraft(store, chatId, { ...EMPTY, settings, ...then, later, sending: [...sending, ...next] });
  if (sending.length === 0) await sendAll(store, chatId);
}

/** What was not taken keeps its id as long as it is sent as it was. */
function toMessage({ text, images, settings, failed }: Draft, isMeant: boolean): Message {
  const isSteered = isMeant && images.length === 0;
  const isSame = failed?.text === text && failed.images === images && failed.settings === settings;
  return isSame && failed.isSteered === isSteered
    ? failed
    : { text, images, settings, isSteered, messageId: randomId() };
}

async function sendAll(store: PageStore, chatId: string): Promise<void> {
  for (;;) {
    const [next] = draftOf(store, chatId).sending;
    if (next === undefined) return;
    try {
      await deliver(store.state.client, chatId, next);
    } catch (error) {
      return takeBack(store, chatId, error);
    }
    changeDraft(store, chatId, { sending: draftOf(store, chatId).sending.slice(1) });
  }
}

async function deliver({ chats }: EngineClient, chatId: string, sent: Message): Promise<unknown> {
  const { text: message, messageId, images, settings, isSteered } = sent;
  if (isSteered) return chats.steer(chatId, message, { messageId });
  const pictures = images.length > 0 && { images: await Promise.all(images) };
  return chats.send(chatId, { message, messageId, ...settings, ...pictures });
}

function takeBack(store: PageStore, chatId: string, error: unknown): void {
  const draft = draftOf(store, chatId);
  const { sending } = draft;
  const [failed = null, ...held] = sending;
  for (const { messageId } of sending) conversationOf(store, chatId)?.pending.remove(messageId);
  changeDraft(store, chatId, {
    ...writtenIn(failed ?? EMPTY),
    failed,
    held,
    later: isBlank(draft) && draft.later.length > 0 ? draft.later : [writtenIn(draft), ...draft.later],
    sending: [],
    trouble: reasonOf(error),
  });
}

function conversationOf({ state: { conversation } }: PageStore, chatId: string): Conversation | null {
  return conversation?.chatId === chatId ? conversation : null;
}

function writtenIn({ text, images, settings }: Written): Written {
  return { text, images, settings };
}

function isBlank({ text, images }: Written): boolean {
  return text.trim() === '' && images.length === 0;
}
