import { useState } from 'preact/hooks';
import type { SearchResults } from '../../client/client.ts';
import type { PageStore } from './page-state.ts';
import { reasonOf } from './reason-of.ts';
import { showChat } from './show-chat.ts';

const MOST_FOUND = 50;

/** Finds words in what was said, in all chats or in the one that is shown, and leads there. */
export function Search({ store, chatId }: { store: PageStore; chatId: string | null }) {
  const [words, setWords] = useState('');
  const [isHere, setHere] = useState(false);
  const [found, setFound] = useState<SearchResults | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const search = (event: Event) => {
    event.preventDefault();
    setTrouble(null);
    if (words.trim() === '') return setFound(null);
    const scope = isHere && chatId !== null ? { chatId } : {};
    store.state.client.chats
      .search(words.trim(), { limit: MOST_FOUND, ...scope })
      .then(setFound, (error: unknown) => setTrouble(reasonOf(error)));
  };
  return (
    <form class="search" role="search" onSubmit={search}>
      <input
        type="search"
        aria-label="Search messages"
        placeholder="Search messages"
        value={words}
        onInput={({ currentTarget }) => {
          setWords(currentTarget.value);
          if (currentTarget.value === '') setFound(null);
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
      <p class={trouble === null ? 'dim' : 'refused'} role="status">
        {trouble ?? (found !== null && countOf(found))}
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
