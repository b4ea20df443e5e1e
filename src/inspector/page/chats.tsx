import { useEffect, useRef } from 'preact/hooks';
import type { ChatSummary } from '../../client/client.ts';
import { Composer } from './composer.tsx';
import { ConversationView } from './conversation-view.tsx';
import { Conversation } from './conversation/conversation.ts';
import type { PageStore } from './page-state.ts';
import { Requests } from './requests.tsx';
import { useStore } from './store.ts';

export function Chats({ store }: { store: PageStore }) {
  const chats = useStore(store, ({ workspace }) => workspace?.chats);
  const chatId = useStore(store, (state) => state.chatId) ?? chats?.[0]?.id ?? null;
  const pane = useRef<HTMLDivElement>(null);
  useEffect(() => openConversation(store, chatId), [chatId]);
  if (chats === undefined) return <p class="empty">Connecting…</p>;
  const chat = chats.find(({ id }) => id === chatId);
  return (
    <div class="chats">
      <ul class="chat-list" aria-label="Chats">
        {chats.map((each) => (
          <li key={each.id}>
            <ChatButton chat={each} isShown={each.id === chatId} onClick={() => show(store, each.id)} />
          </li>
        ))}
      </ul>
      {chat ? (
        <div class="chat" ref={pane}>
          <ConversationView store={store} />
          <Requests
            key={chat.id}
            store={store}
            chatId={chat.id}
            rest={() => pane.current?.querySelector<HTMLElement>('.conversation') ?? null}
          />
          <Composer key={chat.id} store={store} chat={chat} />
        </div>
      ) : (
        <p class="empty">There is no chat.</p>
      )}
    </div>
  );
}

function ChatButton({
  chat,
  isShown,
  onClick,
}: {
  chat: ChatSummary;
  isShown: boolean;
  onClick: () => void;
}) {
  return (
    <button type="button" class="chat-button" aria-current={isShown} onClick={onClick}>
      <i class={`dot ${toneOf(chat)}`} aria-hidden="true" />
      <span class="chat-title">{chat.title}</span>
      <span class="dim">{chat.awaitingInput ? 'waits for you' : chat.state}</span>
    </button>
  );
}

function toneOf({ state, awaitingInput }: ChatSummary): string {
  if (awaitingInput) return 'warn';
  return { idle: 'ok', running: 'busy', interrupting: 'warn', errored: 'bad' }[state];
}

function show(store: PageStore, chatId: string): void {
  const actor = [...store.state.actors.values()].find(
    ({ id, machine }) => id === chatId && machine === 'chat',
  );
  store.update({ chatId, ...(actor && { selected: actor.path }) });
}

function openConversation(store: PageStore, chatId: string | null): void {
  if (chatId === null || store.state.conversation?.chatId === chatId) return;
  const conversation = new Conversation({
    chatId,
    client: store.state.client,
    onChange: () => store.touch(),
  });
  store.update({ chatId, conversation });
  void conversation.load();
}
