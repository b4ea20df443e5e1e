import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Conversation } from './conversation/conversation.ts';
import type { Entry } from './conversation/entry.ts';
import { byThread } from './conversation/threads.ts';
import type { PageStore } from './page-state.ts';
import { useStore } from './store.ts';

/** More than a screen holds, and no more than can be drawn in a blink. */
const SHOWN = 60;
const MORE = 80;
/** So much of what comes behind a place is shown with it. */
const BEHIND = 20;
/** So near to its end, a conversation is followed as it goes on. */
const NEAR_PX = 80;

interface PartOptions {
  conversation: Conversation;
  main: readonly Entry[];
}

/** Which entries of a conversation are drawn: its end, unless an earlier place was asked for. */
export function usePart(log: RefObject<HTMLDivElement | null>, { conversation, main }: PartOptions) {
  const [count, setCount] = useState(SHOWN);
  /** The last entry that is drawn; null for the last there is. */
  const [last, setLast] = useState<number | null>(null);
  const isAtEnd = useRef(true);
  /** How far what was looked at lies from the end, when something comes before it. */
  const fromEnd = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (log.current === null || fromEnd.current === null) return;
    log.current.scrollTop = log.current.scrollHeight - fromEnd.current;
    fromEnd.current = null;
  }, [count]);
  const end = last === null ? main.length : main.findIndex(({ number }) => number === last) + 1;
  const start = Math.max(0, end - count);
  return {
    shown: main.slice(start, end),
    hasEarlier: start > 0,
    hasLater: end < main.length,
    /** Draws a place that is known by its entry. */
    showUpTo: (entry: Entry) => {
      const all = byThread(conversation.entries).main;
      const behind = all[all.indexOf(entry) + BEHIND];
      isAtEnd.current = false;
      setCount(SHOWN);
      setLast(behind?.number ?? null);
    },
    showLater: () => {
      setCount(count + MORE);
      setLast(main[end - 1 + MORE]?.number ?? null);
    },
    showEnd: () => {
      isAtEnd.current = true;
      setCount(SHOWN);
      setLast(null);
    },
    async showEarlier() {
      if (start === 0) await conversation.loadEarlier();
      if (log.current !== null) fromEnd.current = log.current.scrollHeight - log.current.scrollTop;
      setCount(count + MORE);
    },
    follow() {
      if (log.current !== null && isAtEnd.current) log.current.scrollTop = log.current.scrollHeight;
    },
    noteScroll: ({
      currentTarget: { scrollTop, scrollHeight, clientHeight },
    }: {
      currentTarget: HTMLElement;
    }) => {
      isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    },
  };
}

interface TargetOptions {
  conversation: Conversation;
  log: RefObject<HTMLDivElement | null>;
  onReveal: (entry: Entry) => void;
}

/** Goes to the event of the history that was asked for, once it is there. */
export function useTarget(store: PageStore, { conversation, log, onReveal }: TargetOptions): void {
  const target = useStore(store, (state) => state.target);
  const isHere = target?.chatId === conversation.chatId && !conversation.isLoading;
  useEffect(() => {
    if (!isHere || target === null) return;
    store.update({ target: null });
    void conversation.reveal(target.eventIndex).then((entry) => {
      if (entry === null) return;
      onReveal(entry);
      // Drawn in the next frame.
      setTimeout(() => goTo(log.current, entry), 100);
    });
  }, [isHere, target]);
}

function goTo(log: HTMLElement | null, { number }: Entry): void {
  const place = log?.querySelector<HTMLElement>(`[data-entry="${number}"]`);
  place?.scrollIntoView({ block: 'center' });
  place?.focus();
}
