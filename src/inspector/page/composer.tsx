import { useState } from 'preact/hooks';
import type { ChatSummary } from '../../client/client.ts';
import type { PageStore } from './page-state.ts';

/** Sends a message, or stops what runs. */
export function Composer({ store, chat }: { store: PageStore; chat: ChatSummary }) {
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const { client } = store.state;
  const attempt = (call: Promise<unknown>) => {
    setTrouble(null);
    call.catch((error: unknown) => setTrouble(error instanceof Error ? error.message : String(error)));
  };
  const send = (event: Event) => {
    event.preventDefault();
    if (text.trim() === '') return;
    attempt(client.chats.send(chat.id, text));
    setText('');
  };
  const sendOnEnter = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) send(event);
  };
  return (
    <form class="composer" onSubmit={send}>
      {trouble !== null && (
        <p class="refused" role="alert">
          {trouble}
        </p>
      )}
      <textarea
        rows={1}
        placeholder={`Message ${chat.title}`}
        aria-label={`Message ${chat.title}`}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={sendOnEnter}
      />
      <button
        type="button"
        class="stop"
        disabled={!chat.processing}
        onClick={() => attempt(client.chats.interrupt(chat.id))}
      >
        Interrupt
      </button>
      <button type="submit" class="primary">
        Send
      </button>
    </form>
  );
}
