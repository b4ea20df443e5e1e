import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Conversation } from './conversation/conversation.ts';
import { byThread } from './conversation/threads.ts';
import type { PageStore } from './page-state.ts';
import { comingIn, rowOf } from './rows.tsx';
import { useStore } from './store.ts';
import { Suggestions } from './suggestions.tsx';
import { useTarget } from './target.ts';
import { useEndInSight, useVirtualList } from './virtual-list.ts';

/** So near to the first row, what was said before is read. */
const NEAR_ROWS = 20;

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
  const { main, inside } = useMemo(() => byThread(entries), [conversation, version]);
  const coming = comingIn(conversation);
  const count = main.length + coming.length;
  const rowAt = (index: number) => {
    const entry = main[index];
    return entry === undefined ? coming[index - main.length] : rowOf(entry, inside);
  };
  const list = useVirtualList(log, {
    count,
    keyOf: (index) => main[index]?.number ?? rowAt(index)?.key ?? index,
  });
  const end = useEndInSight(list, version);
  useTarget(store, conversation, { log, list, main, onLeave: end.leave });
  const first = list.range?.startIndex ?? NEAR_ROWS;
  useEffect(() => {
    if (first < NEAR_ROWS && conversation.failure === null) void conversation.loadEarlier();
  });
  return (
    <>
      <Trouble conversation={conversation} isAtBeginning={first === 0} />
      <div
        ref={log}
        class="conversation scroll"
        tabIndex={0}
        role="log"
        aria-label="Conversation"
        aria-busy={conversation.isLoading}
        onScroll={end.noteScroll}
        onKeyDown={end.jump}
      >
        {count === 0 && <Nothing store={store} conversation={conversation} />}
        <ol style={{ height: `${list.getTotalSize()}px` }}>
          {list.getVirtualItems().map(({ index, start }) => {
            const row = rowAt(index);
            return (
              row && (
                <li
                  key={row.key}
                  ref={list.measureElement}
                  class={`said ${row.kind}`}
                  style={{ transform: `translateY(${start}px)` }}
                  tabIndex={-1}
                  data-index={index}
                  aria-posinset={index + 1}
                  aria-setsize={conversation.earlier === 'none' ? count : -1}
                  aria-live={row.isGrowing ? 'off' : undefined}
                >
                  {row.body}
                </li>
              )
            );
          })}
        </ol>
      </div>
      {count > 0 && end.isAway && (
        <button type="button" class="to-end" aria-label="To the end" onClick={end.follow}>
          ↓
        </button>
      )}
    </>
  );
}

interface TroubleProps {
  conversation: Conversation;
  isAtBeginning: boolean;
}

/** Why what was said before is not there. */
function Trouble({ conversation, isAtBeginning }: TroubleProps) {
  const { failure, earlier } = conversation;
  const again = () => void conversation.load();
  if (failure !== null) {
    return (
      <p class="beginning refused" role="alert">
        Earlier messages could not be read. {failure}
        <button type="button" onClick={again}>
          Try again
        </button>
      </p>
    );
  }
  if (earlier !== 'let go' || !isAtBeginning) return null;
  return (
    <p class="beginning">
      Earlier messages are no longer kept on this page.
      <button type="button" onClick={again}>
        Read again
      </button>
    </p>
  );
}

function Nothing({ store, conversation }: { store: PageStore; conversation: Conversation }) {
  if (conversation.failure !== null) return null;
  if (conversation.isLoading) return <p class="empty">Reading…</p>;
  return <Suggestions store={store} chatId={conversation.chatId} />;
}
