import { useState } from 'preact/hooks';
import { reasonOf, type ChatSummary } from '../../client/client.ts';
import { addImages } from './add-images.ts';
import { changeDraft, draftOf, sendDraft } from './drafts.ts';
import { MessageField } from './message-field.tsx';
import { MessageSettingsBar } from './message-settings.tsx';
import type { PageStore } from './page-state.ts';
import { beginningOf } from './plain-text.ts';
import { useStore } from './store.ts';

/** Sends a message, or stops what runs. */
export function Composer({ store, chat }: { store: PageStore; chat: ChatSummary }) {
  const { text, images, settings, held, trouble } = useStore(store, () => draftOf(store, chat.id));
  const [isRefused, setRefused] = useState<string | null>(null);
  const send = (event: Event, isSteered?: boolean) => {
    event.preventDefault();
    setRefused(null);
    void sendDraft(store, chat.id, isSteered);
  };
  const maySteer = chat.processing && text.trim() !== '' && images.length === 0;
  const add = (files: readonly File[]) => setRefused(addImages(store, chat.id, files));
  const take = (event: Event, data: DataTransfer | null) => {
    const files = [...(data?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    add(files);
  };
  const interrupt = () => {
    if (!chat.processing) return;
    setRefused(null);
    store.state.client.chats.interrupt(chat.id).catch((error: unknown) => setRefused(reasonOf(error)));
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => send(event)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => take(event, event.dataTransfer)}
      onPaste={(event) => take(event, event.clipboardData)}
    >
      <p class="refused" role="alert">
        {trouble ?? isRefused}
      </p>
      <p class="dim" role="status">
        {held[0] !== undefined && `Sent after it (${held.length}): ${beginningOf(held[0].text, 200)}`}
      </p>
      <MessageField store={store} chat={chat} onSend={send} />
      <button type="button" class="stop" aria-disabled={!chat.processing} onClick={interrupt}>
        Interrupt
      </button>
      {maySteer && (
        <button
          type="button"
          title="Sends this into the running turn now"
          onClick={(event) => send(event, true)}
        >
          Steer
        </button>
      )}
      <button type="submit" class="primary">
        Send
      </button>
      <MessageSettingsBar
        store={store}
        chatId={chat.id}
        settings={settings}
        images={images.length}
        onAddImages={add}
        onDropImages={() => changeDraft(store, chat.id, { images: [] })}
      />
    </form>
  );
}
