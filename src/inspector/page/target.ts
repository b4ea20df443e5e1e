import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Conversation } from './conversation/conversation.ts';
import type { Entry } from './conversation/entry.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';
import { isWriting } from './take-focus.ts';
import type { VirtualList } from './virtual-list.ts';

interface TargetOptions {
  log: RefObject<HTMLElement | null>;
  list: VirtualList;
  main: readonly Entry[];
  onLeave: () => void;
}

/** Goes to the event of the history that was asked for, once it is there. */
export function useTarget(store: PageStore, conversation: Conversation, options: TargetOptions): void {
  const { log, list, main, onLeave } = options;
  const target = useStore(store, (state) => state.target);
  const [wanted, want] = useState<number | null>(null);
  const latest = useRef(target);
  const isHere = target?.chatId === conversation.chatId && !conversation.isLoading;
  useEffect(() => {
    if (!isHere || target === null) return;
    store.update({ target: null });
    onLeave();
    latest.current = target;
    void conversation.reveal(target.eventIndex).then((entry) => {
      if (latest.current === target) want(entry?.number ?? null);
    });
  }, [isHere, target]);
  useLayoutEffect(() => {
    const index = wanted === null ? -1 : main.findIndex(({ number }) => number === wanted);
    if (index < 0) return;
    list.scrollToIndex(index, { align: 'center' });
    const place = log.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (place == null) return;
    if (!isWriting(document.activeElement)) place.focus({ preventScroll: true });
    want(null);
  });
}
