import { useState } from 'preact/hooks';
import type { ChatSummary } from '../../client/client.ts';
import { changeDraft, draftOf, sendDraft } from './drafts.ts';
import type { PageStore } from './page-state.ts';
import { beginningOf } from './plain-text.ts';
import { useStore } from './store.ts';

/** Sends a message, or stops what runs. */
export function Composer({ store, chat }: { store: PageStore; chat: ChatSummary }) {
  const { text, sending, held, trouble } = useStore(store, () => draftOf(store, chat.id));
  const [isRefused, setRefused] = useState<string | null>(null);
  const send = (event: Event) => {
    event.preventDefault();
    setRefused(null);
    void sendDraft(store, chat.id);
  };
  const sendOnEnter = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send(event);
  };
  const interrupt = () => {
    if (!chat.processing) return;
    setRefused(null);
    store.state.client.chats
      .interrupt(chat.id)
      .catch((error: unknown) => setRefused(error instanceof Error ? error.message : String(error)));
  };
  return (
    <form class="composer" onSubmit={send}>
      <p class="refused" role="alert">
        {trouble ?? isRefused}
      </p>
      <p class="dim" role="status">
        {sending[0] !== undefined && `Sending: ${beginningOf(sending[0].text, 200)}`}
        {held[0] !== undefined && `To follow (${held.length}): ${beginningOf(held[0].text, 200)}`}
      </p>
      <textarea
        rows={1}
        placeholder={`Message ${chat.title}`}
        aria-label={`Message ${chat.title}`}
        value={text}
        onInput={({ currentTarget }) => changeDraft(store, chat.id, { text: currentTarget.value })}
        onKeyDown={sendOnEnter}
      />
      <button type="button" class="stop" aria-disabled={!chat.processing} onClick={interrupt}>
        Interrupt
      </button>
      <button type="submit" class="primary">
        Send
      </button>
    </form>
  );
}
