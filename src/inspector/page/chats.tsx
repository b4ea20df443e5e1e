import { useEffect, useRef } from 'preact/hooks';
import type { ChatSummary } from '../../client/client.ts';
import { ChatHeader } from './chat-header.tsx';
import { ChatList } from './chat-list.tsx';
import { Composer } from './composer.tsx';
import { ConversationView } from './conversation-view.tsx';
import { Conversation } from './conversation/conversation.ts';
import { writeFirst } from './drafts.ts';
import type { PageStore } from './page-state.ts';
import { Queue } from './queue.tsx';
import { Requests } from './requests.tsx';
import { StateLine } from './state-line.tsx';
import { useStore } from './store.ts';
import { Tasks } from './tasks.tsx';

export function Chats({ store }: { store: PageStore }) {
  const chats = useStore(store, ({ workspace }) => workspace?.chats);
  const chatId = useStore(store, shownChat);
  useEffect(() => openConversation(store), [chatId]);
  if (chats === undefined) return <p class="empty">Connecting…</p>;
  const chat = chats.find(({ id }) => id === chatId);
  return (
    <div class="chats">
      <ChatList store={store} chats={chats} shownId={chatId} />
      {chat ? (
        <Chat key={chat.id} store={store} chat={chat} />
      ) : (
        <p class="empty">No chat is open. Choose one, or begin a new one.</p>
      )}
    </div>
  );
}

function Chat({ store, chat }: { store: PageStore; chat: ChatSummary }) {
  const pane = useRef<HTMLDivElement>(null);
  const conversation = useStore(store, (state) => state.conversation);
  useStore(store, (state) => state.conversation?.version);
  if (conversation?.chatId !== chat.id) return <div class="chat" />;
  return (
    <div class="chat" ref={pane}>
      <ChatHeader store={store} chat={chat} />
      <ConversationView store={store} />
      <Tasks client={store.state.client} conversation={conversation} />
      <Queue
        conversation={conversation}
        onEdit={(text) => {
          writeFirst(store, chat.id, text);
          pane.current?.querySelector('textarea')?.focus();
        }}
      />
      <Requests
        store={store}
        chatId={chat.id}
        rest={() => pane.current?.querySelector<HTMLElement>('.conversation') ?? null}
      />
      <StateLine chat={chat} conversation={conversation} />
      <Composer store={store} chat={chat} />
    </div>
  );
}

function shownChat({ chatId, workspace }: PageStore['state']): string | null {
  return chatId ?? workspace?.chats[0]?.id ?? null;
}

/** Of the chat that is chosen by now: another may have been when this was drawn. */
function openConversation(store: PageStore): void {
  const chatId = shownChat(store.state);
  if (chatId === null || store.state.conversation?.chatId === chatId) return;
  const conversation = new Conversation({
    chatId,
    client: store.state.client,
    onChange: () => store.touch(),
  });
  const { workspace, seen } = store.state;
  const chat = workspace?.chats.find(({ id }) => id === chatId);
  store.update({ chatId, conversation, seen: chat ? new Map(seen).set(chatId, chat.updatedAt) : seen });
  void conversation.load();
}
