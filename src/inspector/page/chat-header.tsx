import { useState } from 'preact/hooks';
import type { ChatSummary } from '../../client/client.ts';
import { BudgetForm } from './budget-form.tsx';
import type { PageStore } from './page-state.ts';
import { useTrouble } from './trouble.tsx';
import { takeFocus } from './take-focus.ts';

/** What a chat is called and whose it is, and how to change that or end it. */
export function ChatHeader({ store, chat }: { store: PageStore; chat: ChatSummary }) {
  const [mode, setMode] = useState<'shown' | 'renaming' | 'budget' | 'deleting'>('shown');
  const { trouble, attempt } = useTrouble();
  const { chats } = store.state.client;
  const change = (work: Promise<unknown>) => {
    setMode('shown');
    attempt(work);
  };
  return (
    <header class="chat-header">
      {mode === 'renaming' ? (
        <TitleForm title={chat.title} onGive={(title) => change(chats.update(chat.id, { title }))} />
      ) : (
        <h2>{chat.title}</h2>
      )}
      <span class="dim">{chat.provider}</span>
      {trouble}
      {mode === 'budget' && (
        <BudgetForm
          budget={chat.budget ?? {}}
          onGive={(budget) => change(chats.update(chat.id, { budget }))}
        />
      )}
      {mode === 'deleting' ? (
        <>
          <span>Delete this chat and everything in it?</span>
          <button type="button" onClick={() => change(chats.delete(chat.id))}>
            Delete
          </button>
          <button type="button" onClick={() => setMode('shown')}>
            Keep
          </button>
        </>
      ) : (
        <>
          <button type="button" class="quiet" onClick={() => setMode('renaming')}>
            Rename
          </button>
          <button type="button" class="quiet" onClick={() => setMode('budget')}>
            Budget
          </button>
          <button type="button" class="quiet" onClick={() => setMode('deleting')}>
            Delete…
          </button>
        </>
      )}
    </header>
  );
}

function TitleForm({ title, onGive }: { title: string; onGive: (title: string) => void }) {
  const [text, setText] = useState(title);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') onGive(text.trim());
      }}
    >
      <input
        aria-label="Title"
        value={text}
        ref={takeFocus}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">Save</button>
    </form>
  );
}
