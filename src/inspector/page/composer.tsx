import { useState } from 'preact/hooks';
import type { ChatSummary } from '../../client/client.ts';
import { addImages } from './add-images.ts';
import { CommandList } from './command-list.tsx';
import { changeDraft, draftOf, sendDraft } from './drafts.ts';
import { MessageSettingsBar } from './message-settings.tsx';
import type { PageStore } from './page-state.ts';
import { beginningOf } from './plain-text.ts';
import { useStore } from './store.ts';
import { reasonOf } from './reason-of.ts';

/** Sends a message, or stops what runs. */
export function Composer({ store, chat }: { store: PageStore; chat: ChatSummary }) {
  const { text, images, settings, held, trouble } = useStore(store, () => draftOf(store, chat.id));
  const [isRefused, setRefused] = useState<string | null>(null);
  const send = (event: Event) => {
    event.preventDefault();
    setRefused(null);
    void sendDraft(store, chat.id);
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send(event);
    if (event.key === 'ArrowUp' && text === '') recall(event);
  };
  const recall = (event: Event) => {
    const last = store.state.conversation?.entries.findLast(({ item }) => item.kind === 'user')?.item;
    if (last?.kind !== 'user') return;
    event.preventDefault();
    changeDraft(store, chat.id, { text: last.text });
  };
  const take = (event: Event, data: DataTransfer | null) => {
    const files = [...(data?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void addImages(store, chat.id, files).then(setRefused);
  };
  const interrupt = () => {
    if (!chat.processing) return;
    setRefused(null);
    store.state.client.chats.interrupt(chat.id).catch((error: unknown) => setRefused(reasonOf(error)));
  };
  return (
    <form
      class="composer"
      onSubmit={send}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => take(event, event.dataTransfer)}
    >
      <p class="refused" role="alert">
        {trouble ?? isRefused}
      </p>
      <p class="dim" role="status">
        {held[0] !== undefined && `To follow (${held.length}): ${beginningOf(held[0].text, 200)}`}
      </p>
      <CommandList
        store={store}
        chatId={chat.id}
        text={text}
        onChoose={(command) => changeDraft(store, chat.id, { text: command })}
      />
      <textarea
        rows={1}
        placeholder={`Message ${chat.title}`}
        aria-label={`Message ${chat.title}`}
        value={text}
        onInput={({ currentTarget }) => changeDraft(store, chat.id, { text: currentTarget.value })}
        onKeyDown={keyDown}
        onPaste={(event) => take(event, event.clipboardData)}
      />
      <button type="button" class="stop" aria-disabled={!chat.processing} onClick={interrupt}>
        Interrupt
      </button>
      <button type="submit" class="primary">
        Send
      </button>
      <MessageSettingsBar
        store={store}
        chatId={chat.id}
        settings={settings}
        images={images.length}
        onChange={(change) => changeDraft(store, chat.id, { settings: change })}
        onDropImages={() => changeDraft(store, chat.id, { images: [] })}
      />
    </form>
  );
}
