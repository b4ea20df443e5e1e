import { useState } from 'preact/hooks';
import type { SearchResults } from '../../client/client.ts';
import type { PageStore } from './page-state.ts';
import { showChat } from './show-chat.ts';
import { useTrouble } from './trouble.tsx';

const MOST_FOUND = 50;

/** Finds words in what was said, in all chats or in the one that is shown, and leads there. */
export function Search({ store, chatId }: { store: PageStore; chatId: string | null }) {
  const [words, setWords] = useState('');
  const [isHere, setHere] = useState(false);
  const [found, setFound] = useState<SearchResults | null>(null);
  const { trouble, read } = useTrouble();
  const search = (event: Event) => {
    event.preventDefault();
    if (words.trim() === '') return forget();
    const scope = isHere && chatId !== null ? { chatId } : {};
    const { chats } = store.state.client;
    read(chats.search(words.trim(), { limit: MOST_FOUND, ...scope }), setFound);
  };
  /** Also what is still on its way. */
  const forget = () => read(Promise.resolve(null), setFound);
  return (
    <form class="search" role="search" onSubmit={search}>
      <input
        type="search"
        aria-label="Search messages"
        placeholder="Search messages"
        value={words}
        onInput={({ currentTarget }) => {
          setWords(currentTarget.value);
          if (currentTarget.value === '') forget();
        }}
      />
      {words !== '' && (
        <label class="choice">
          <input
            type="checkbox"
            checked={isHere}
            onChange={({ currentTarget }) => setHere(currentTarget.checked)}
          />
          in this chat
        </label>
      )}
      {trouble}
      <p class="dim" role="status">
        {found !== null && countOf(found)}
      </p>
      <ul aria-label="Found">
        {found?.results.map(({ chatId: id, title, eventIndex, excerpt }) => (
          <li key={`${id} ${eventIndex} ${excerpt}`}>
            <button
              type="button"
              class="found"
              onClick={() => {
                showChat(store, id);
                store.update({ target: { chatId: id, eventIndex } });
              }}
            >
              <span>
                <b>{title}</b> {excerpt}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </form>
  );
}

function countOf({ results, truncated }: SearchResults): string {
  if (results.length === 0) return 'Nothing found.';
  return `${results.length} found${truncated ? '; there may be more' : ''}`;
}
