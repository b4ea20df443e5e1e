import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatSummary } from '../../client/client.ts';
import { useFilter } from './filter.tsx';
import { NewChat } from './new-chat.tsx';
import type { PageStore } from './page-state.ts';
import { Search } from './search.tsx';
import { showChat } from './show-chat.ts';
import { useStore } from './store.ts';

/** A list this short is looked through faster than a filter is written. */
const FILTERED_FROM = 8;

interface ChatListProps {
  store: PageStore;
  chats: readonly ChatSummary[];
  shownId: string | null;
}

export function ChatList({ store, chats, shownId }: ChatListProps) {
  const filter = useFilter('Find a chat', 'Find a chat');
  const [isOpening, setOpening] = useState(false);
  const found = filter.keep(chats, ({ title }) => title);
  return (
    <div class="chat-list">
      <button type="button" aria-expanded={isOpening} onClick={() => setOpening(!isOpening)}>
        New chat
      </button>
      {isOpening && <NewChat store={store} onDone={() => setOpening(false)} />}
      {chats.length >= FILTERED_FROM && filter.field}
      <Search store={store} chatId={shownId} />
      <ul aria-label="Chats">
        {found.map((chat) => (
          <li key={chat.id}>
            <ChatButton store={store} chat={chat} isShown={chat.id === shownId} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ChatButtonProps {
  store: PageStore;
  chat: ChatSummary;
  isShown: boolean;
}

function ChatButton({ store, chat, isShown }: ChatButtonProps) {
  const seen = useStore(store, (state) => state.seen.get(chat.id));
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isShown) button.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isShown]);
  const isUnread = !isShown && seen !== undefined && seen < chat.updatedAt;
  return (
    <button
      ref={button}
      type="button"
      class={`chat-button${isUnread ? ' unread' : ''}`}
      aria-current={isShown}
      onClick={() => showChat(store, chat.id)}
    >
      <i class={`dot ${toneOf(chat)}`} aria-hidden="true" />
      <span class="chat-title">{chat.title}</span>
      <span class="dim">{wordOf(chat, isUnread)}</span>
    </button>
  );
}

function wordOf({ awaitingInput, state }: ChatSummary, isUnread: boolean): string {
  if (awaitingInput === true) return 'asks you';
  if (state !== 'idle') return state;
  return isUnread ? 'new' : '';
}

function toneOf({ state, awaitingInput }: ChatSummary): string {
  if (awaitingInput) return 'warn';
  return { idle: 'ok', running: 'busy', interrupting: 'warn', errored: 'bad' }[state];
}
