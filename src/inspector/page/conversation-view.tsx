import { useEffect, useRef } from 'preact/hooks';
import type { Entry } from './conversation/conversation.ts';
import type { ToolItem } from './conversation/items.ts';
import { Diff } from './diff.tsx';
import { memo } from './memo.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

const SHOWN = 100;
const TEXT_CHARACTERS = 6_000;
/** So near to its end, a conversation is followed as it goes on. */
const NEAR_PX = 80;

export function ConversationView({ store }: { store: PageStore }) {
  const conversation = useStore(store, (state) => state.conversation);
  const version = useStore(store, (state) => state.conversation?.version);
  const isLoading = useStore(store, (state) => state.conversation?.isLoading === true);
  const list = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    isAtEnd.current = true;
  }, [conversation]);
  useEffect(() => {
    if (list.current !== null && isAtEnd.current) list.current.scrollTop = list.current.scrollHeight;
  }, [version, conversation]);
  const entries = conversation?.entries.slice(-SHOWN) ?? [];
  return (
    <ol
      ref={list}
      class="conversation scroll"
      tabIndex={0}
      aria-label="Conversation"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      }}
    >
      {entries.length === 0 && !isLoading && (
        <li class="empty">Nothing was said yet. Say something below.</li>
      )}
      {entries.map((entry) => (
        <Said key={entry.number} entry={entry} version={entry.version} />
      ))}
      {conversation !== null && conversation.live !== '' && (
        <li key="live" class="said agent live">
          <p>{conversation.live}</p>
        </li>
      )}
    </ol>
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
      <p>{item.text.slice(0, TEXT_CHARACTERS)}</p>
    </li>
  );
});

function Tool({ item }: { item: ToolItem }) {
  const state = item.result === null ? 'open' : item.isFailed ? 'failed' : 'done';
  return (
    <details class={state} open={item.diff !== null}>
      <summary>
        <span class="tool-name">{item.name}</span>
        <span class="tool-subject">{item.subject}</span>
        <span class="tool-state">{state === 'open' ? 'running' : state}</span>
      </summary>
      {item.diff === null ? (
        <pre tabIndex={0}>{item.input.slice(0, TEXT_CHARACTERS)}</pre>
      ) : (
        <Diff text={item.diff} />
      )}
      {item.result !== null && item.result !== '' && (
        <pre class="result" tabIndex={0}>
          {item.result.slice(0, TEXT_CHARACTERS)}
        </pre>
      )}
    </details>
  );
}
