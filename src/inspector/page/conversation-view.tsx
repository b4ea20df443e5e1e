import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Conversation } from './conversation/conversation.ts';
import type { PendingMessage } from './conversation/pending-messages.ts';
import { LongText } from './long-text.tsx';
import { Markdown } from './markdown/markdown.tsx';
import type { PageStore } from './page-state.ts';
import { SaidItem } from './said-item.tsx';
import { useStore } from './store.ts';
import { Suggestions } from './suggestions.tsx';

const SHOWN = 100;
const MORE = 200;
/** So much of what is being written is drawn, ten times a second. */
const LIVE_CHARACTERS = 6_000;
/** So near to its end, a conversation is followed as it goes on. */
const NEAR_PX = 80;

export function ConversationView({ store }: { store: PageStore }) {
  const conversation = useStore(store, (state) => state.conversation);
  useStore(store, (state) => state.conversation?.version);
  return conversation === null ? null : (
    <Log key={conversation.chatId} store={store} conversation={conversation} />
  );
}

function Log({ store, conversation }: { store: PageStore; conversation: Conversation }) {
  const [shown, setShown] = useState(SHOWN);
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  /** How far what was looked at lies from the end, when something comes before it. */
  const fromEnd = useRef<number | null>(null);
  const { entries, live, version } = conversation;
  useLayoutEffect(() => {
    if (log.current === null || fromEnd.current === null) return;
    log.current.scrollTop = log.current.scrollHeight - fromEnd.current;
    fromEnd.current = null;
  }, [shown]);
  useEffect(() => {
    if (log.current !== null && isAtEnd.current) log.current.scrollTop = log.current.scrollHeight;
  }, [version]);
  const showEarlier = async () => {
    if (entries.length <= shown) await conversation.loadEarlier();
    if (log.current !== null) fromEnd.current = log.current.scrollHeight - log.current.scrollTop;
    setShown(shown + MORE);
  };
  return (
    <div
      ref={log}
      class="conversation scroll"
      tabIndex={0}
      role="log"
      aria-label="Conversation"
      aria-busy={conversation.isLoading}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      }}
    >
      <Beginning store={store} conversation={conversation} shown={shown} onMore={() => void showEarlier()} />
      <ol>
        {entries.slice(-shown).map((entry) => (
          <SaidItem key={entry.number} entry={entry} version={entry.version} />
        ))}
        {live !== '' && <Live key="live" text={live} />}
        {conversation.pending.shown.map((message) => (
          <Pending key={message.messageId} message={message} />
        ))}
      </ol>
    </div>
  );
}

interface BeginningProps {
  store: PageStore;
  conversation: Conversation;
  shown: number;
  onMore: () => void;
}

/** What stands before the entries that are shown. */
function Beginning({ store, conversation, shown, onMore }: BeginningProps) {
  const { entries, isLoading, earlier, failure } = conversation;
  const again = () => void conversation.load();
  if (failure !== null) {
    return (
      <p class="beginning refused" role="alert">
        What was said before could not be read. {failure}
        <button type="button" onClick={again}>
          Try again
        </button>
      </p>
    );
  }
  if (entries.length > shown || earlier === 'readable') {
    return (
      <p class="beginning">
        <button type="button" onClick={onMore}>
          Show earlier
        </button>
      </p>
    );
  }
  if (earlier === 'let go') {
    return (
      <p class="beginning">
        What was said before is not kept here.
        <button type="button" onClick={again}>
          Read again
        </button>
      </p>
    );
  }
  if (entries.length > 0 || conversation.pending.shown.length > 0) return null;
  return isLoading ? (
    <p class="empty">Reading…</p>
  ) : (
    <Suggestions store={store} chatId={conversation.chatId} />
  );
}

function Live({ text }: { text: string }) {
  const hidden = text.length - LIVE_CHARACTERS;
  return (
    <li class="said text live" aria-live="off">
      {hidden > 0 && <p class="dim">… {hidden.toLocaleString('en')} characters before that</p>}
      <Markdown text={text.slice(-LIVE_CHARACTERS)} />
    </li>
  );
}

/** What this page sent, before the agent repeats it. */
function Pending({ message: { text, state } }: { message: PendingMessage }) {
  return (
    <li class="said user pending">
      <p>
        <LongText text={text} />
      </p>
      <span class="dim">{state}</span>
    </li>
  );
}
