import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Conversation, Entry, ToolItem } from './conversation/conversation.ts';
import { Diff } from './diff.tsx';
import { LongText } from './long-text.tsx';
import { memo } from './memo.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

const SHOWN = 100;
const MORE = 200;
/** So much of what is being written is drawn, ten times a second. */
const LIVE_CHARACTERS = 6_000;
/** So near to its end, a conversation is followed as it goes on. */
const NEAR_PX = 80;

export function ConversationView({ store }: { store: PageStore }) {
  const conversation = useStore(store, (state) => state.conversation);
  useStore(store, (state) => state.conversation?.version);
  return conversation === null ? null : <Log key={conversation.chatId} conversation={conversation} />;
}

function Log({ conversation }: { conversation: Conversation }) {
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
      <Beginning conversation={conversation} shown={shown} onMore={() => void showEarlier()} />
      <ol>
        {entries.slice(-shown).map((entry) => (
          <Said key={entry.number} entry={entry} version={entry.version} />
        ))}
        {live !== '' && <Live key="live" text={live} />}
      </ol>
    </div>
  );
}

interface BeginningProps {
  conversation: Conversation;
  shown: number;
  onMore: () => void;
}

/** What stands before the entries that are shown. */
function Beginning({ conversation, shown, onMore }: BeginningProps) {
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
  if (entries.length > 0) return null;
  return <p class="empty">{isLoading ? 'Reading…' : 'Nothing was said yet. Say something below.'}</p>;
}

function Live({ text }: { text: string }) {
  const hidden = text.length - LIVE_CHARACTERS;
  return (
    <li class="said text live" aria-live="off">
      {hidden > 0 && <p class="dim">… {hidden.toLocaleString('en')} characters before that</p>}
      <p>{text.slice(-LIVE_CHARACTERS)}</p>
    </li>
  );
}

const Said = memo(function Said({ entry: { item } }: { entry: Entry; version: number }) {
  if (item.kind === 'tool') {
    return (
      <li class="said tool">
        <Tool item={item} />
      </li>
    );
  }
  return (
    <li class={`said ${item.kind}`}>
      <p>
        <LongText text={item.kind === 'image' ? `[${item.text}]` : item.text} />
      </p>
    </li>
  );
});

function Tool({ item }: { item: ToolItem }) {
  const { result, input } = item;
  const diff = result?.diff ?? item.diff;
  const state = result === null ? 'open' : result.isError ? 'failed' : 'done';
  return (
    <details class={state} open={diff !== null}>
      <summary>
        <span class="tool-name">{item.name}</span>
        <span class="tool-subject">{item.subject}</span>
        <span class="tool-state">{state === 'open' ? 'running' : state}</span>
      </summary>
      {diff === null ? (
        <pre tabIndex={0}>
          <LongText text={typeof input === 'string' ? input : JSON.stringify(input ?? {}, null, 2)} />
        </pre>
      ) : (
        <Diff text={diff} />
      )}
      {result !== null && result.text !== '' && (
        <pre class="result" tabIndex={0}>
          <LongText text={result.text} />
        </pre>
      )}
    </details>
  );
}
