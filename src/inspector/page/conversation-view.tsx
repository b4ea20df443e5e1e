import { useEffect, useRef } from 'preact/hooks';
import type { Conversation } from './conversation/conversation.ts';
import type { PendingMessage } from './conversation/pending-messages.ts';
import { byThread } from './conversation/threads.ts';
import { LongText } from './long-text.tsx';
import { Markdown } from './markdown/markdown.tsx';
import type { PageStore } from './page-state.ts';
import { insideOf, SaidItem } from './said-item.tsx';
import { usePart, useTarget } from './shown-part.ts';
import { useStore } from './store.ts';
import { Suggestions } from './suggestions.tsx';

/** So much of what is being written is drawn, ten times a second. */
const LIVE_CHARACTERS = 6_000;
export function ConversationView({ store }: { store: PageStore }) {
  const conversation = useStore(store, (state) => state.conversation);
  useStore(store, (state) => state.conversation?.version);
  return conversation === null ? null : (
    <Log key={conversation.chatId} store={store} conversation={conversation} />
  );
}

function Log({ store, conversation }: { store: PageStore; conversation: Conversation }) {
  const log = useRef<HTMLDivElement>(null);
  const { entries, version } = conversation;
  const { main, inside } = byThread(entries);
  const part = usePart(log, { conversation, main });
  useTarget(store, { conversation, log, onReveal: part.showUpTo });
  useEffect(() => part.follow(), [version]);
  return (
    <div
      ref={log}
      class="conversation scroll"
      tabIndex={0}
      role="log"
      aria-label="Conversation"
      aria-busy={conversation.isLoading}
      onScroll={part.noteScroll}
    >
      <Beginning
        store={store}
        conversation={conversation}
        hasMore={part.hasEarlier}
        onMore={() => void part.showEarlier()}
      />
      <ol>
        {part.shown.map((entry) => (
          <SaidItem
            key={entry.number}
            entry={entry}
            version={entry.version}
            inside={insideOf(entry, inside)}
          />
        ))}
        {!part.hasLater && <Coming conversation={conversation} />}
      </ol>
      {part.hasLater && (
        <p class="beginning">
          <button type="button" onClick={part.showLater}>
            Show later
          </button>
          <button type="button" onClick={part.showEnd}>
            To the end
          </button>
        </p>
      )}
    </div>
  );
}

/** What is being written, and what was sent. */
function Coming({ conversation: { live, pending } }: { conversation: Conversation }) {
  return (
    <>
      {live !== '' && <Live key="live" text={live} />}
      {pending.shown.map((message) => (
        <Pending key={message.messageId} message={message} />
      ))}
    </>
  );
}

interface BeginningProps {
  store: PageStore;
  conversation: Conversation;
  /** Entries that are there and not shown. */
  hasMore: boolean;
  onMore: () => void;
}

/** What stands before the entries that are shown. */
function Beginning({ store, conversation, hasMore, onMore }: BeginningProps) {
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
  if (hasMore || earlier === 'readable') {
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
