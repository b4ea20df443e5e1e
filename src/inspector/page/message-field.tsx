import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatSummary } from '../../client/client.ts';
import { ChoiceList, useChoice } from './choice-list.tsx';
import { useCompletions, type Completion } from './completions.ts';
import { changeDraft, draftOf } from './drafts.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

interface MessageFieldProps {
  store: PageStore;
  chat: ChatSummary;
  onSend: (event: Event) => void;
}

const LIST = 'completions';

/** Where a message is written; commands and names of files are completed. */
export function MessageField({ store, chat, onSend }: MessageFieldProps) {
  const { text } = useStore(store, () => draftOf(store, chat.id));
  const [cursor, setCursor] = useState(0);
  const [closedAt, closeAt] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const before = text.slice(0, cursor);
  const found = useCompletions({ client: store.state.client, chatId: chat.id, before });
  const completions = closedAt === before ? [] : found;
  const choice = useChoice(LIST, completions.length);
  useEffect(choice.first, [before]);
  const noteCursor = () => setCursor(field.current?.selectionStart ?? 0);
  const write = (written: string) => changeDraft(store, chat.id, { text: written });
  const complete = (completion: Completion) => {
    write(completion.text + text.slice(cursor));
    setCursor(completion.text.length);
    // Once it is drawn.
    queueMicrotask(() => field.current?.setSelectionRange(completion.text.length, completion.text.length));
  };
  const keyDown = (event: KeyboardEvent) => {
    if (choice.press(event)) return;
    const { key } = event;
    const isEnter = key === 'Enter' && !event.shiftKey && !event.isComposing;
    const completion = completions[choice.chosen];
    const isWhole = completion?.text.trimEnd() === text;
    if (completion !== undefined && !isWhole && (isEnter || key === 'Tab')) {
      event.preventDefault();
      complete(completion);
    } else if (isEnter) onSend(event);
    else if (key === 'Escape') closeAt(before);
    else if (key === 'ArrowUp') recall(event, 1);
    else if (key === 'ArrowDown') recall(event, -1);
  };
  /** Goes through what was said in this chat, unless something else is being written. */
  const recall = (event: Event, step: 1 | -1) => {
    const entries = store.state.conversation?.entries ?? [];
    const said = entries.flatMap(({ item }) => (item.kind === 'user' ? [item.text] : [])).toReversed();
    const texts = ['', ...new Set(said)];
    const recalled = texts[texts.indexOf(text) + step];
    if (!texts.includes(text) || recalled === undefined) return;
    event.preventDefault();
    write(recalled);
  };
  return (
    <>
      {completions.length > 0 && (
        <ChoiceList
          id={LIST}
          label="Completions"
          choices={completions}
          chosen={choice.chosen}
          onTake={complete}
        />
      )}
      <textarea
        {...choice.field}
        aria-autocomplete="list"
        ref={field}
        rows={1}
        placeholder="Write a message"
        aria-label={`Message ${chat.title}`}
        value={text}
        onInput={({ currentTarget }) => {
          setCursor(currentTarget.selectionStart);
          write(currentTarget.value);
        }}
        onSelect={noteCursor}
        onKeyDown={keyDown}
      />
    </>
  );
}
