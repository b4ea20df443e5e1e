import {
  defaultRangeExtractor,
  elementScroll,
  measureElement,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export type VirtualList = Virtualizer<HTMLElement, HTMLElement>;

interface Rows {
  count: number;
  keyOf: (index: number) => number | string;
}

const USUAL_ROW_PX = 60;
const OVERSCAN_ROWS = 4;
const GAP_PX = 12;
const PADDING_PX = 16;
/** So near to its end, a list is followed as it grows. */
const NEAR_PX = 80;
/** So many selected rows stay in the page. */
const MOST_SELECTED = 200;

/** Of many rows those that are in sight; each has its index in `data-index`, and `measureElement` as its `ref`. */
export function useVirtualList(scroller: RefObject<HTMLElement | null>, { count, keyOf }: Rows): VirtualList {
  const [, redraw] = useState({});
  const keys = useRef(keyOf);
  keys.current = keyOf;
  // All is measured anew when it is another function.
  const [keyAt] = useState(() => (index: number) => keys.current(index));
  const options: VirtualizerOptions<HTMLElement, HTMLElement> = {
    count,
    getItemKey: keyAt,
    getScrollElement: () => scroller.current,
    estimateSize: () => USUAL_ROW_PX,
    overscan: OVERSCAN_ROWS,
    gap: GAP_PX,
    paddingStart: PADDING_PX,
    paddingEnd: PADDING_PX,
    anchorTo: 'end',
    scrollEndThreshold: NEAR_PX,
    rangeExtractor: (range) => {
      const indexes = new Set([...defaultRangeExtractor(range), ...heldIn(scroller.current)]);
      return [...indexes].filter((index) => index < count).toSorted((one, other) => one - other);
    },
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    measureElement,
    onChange: () => redraw({}),
  };
  const [list] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  list.setOptions(options);
  useLayoutEffect(() => list._didMount(), []);
  useLayoutEffect(() => list._willUpdate());
  return list;
}

/** Keeps the end of a list in sight as it grows and as its room shrinks, unless the reader went up. */
export function useEndInSight(list: VirtualList, version: unknown) {
  const isFollowed = useRef(true);
  const top = useRef(0);
  useLayoutEffect(() => {
    if (isFollowed.current) list.scrollToEnd();
  }, [version, list.scrollRect?.height]);
  const follow = () => {
    isFollowed.current = true;
    list.scrollToEnd();
  };
  return {
    isAway: !isFollowed.current && !list.isAtEnd(),
    noteScroll: ({ currentTarget }: { currentTarget: HTMLElement }) => {
      const { scrollTop, scrollHeight, clientHeight } = currentTarget;
      const isUp = scrollTop < top.current;
      top.current = scrollTop;
      // The list hears of it later.
      const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      isFollowed.current = isAtEnd || (isFollowed.current && !isUp);
    },
    leave: () => (isFollowed.current = false),
    follow,
    /** The browser's own way to the beginning stops where rows are measured on the way. */
    jump: (event: KeyboardEvent) => {
      if (event.target !== event.currentTarget || (event.key !== 'Home' && event.key !== 'End')) return;
      event.preventDefault();
      if (event.key === 'End') return follow();
      isFollowed.current = false;
      list.scrollToIndex(0, { align: 'start' });
    },
  };
}

/** Rows that stay in the page wherever it is scrolled to: the one that has the focus, and those that are selected. */
function heldIn(scroller: HTMLElement | null): number[] {
  const selection = getSelection();
  const focused = indexOf(document.activeElement, scroller);
  const ends = [selection?.anchorNode, selection?.focusNode].map((node) => indexOf(node, scroller));
  const [first = -1, last = -1] = ends.toSorted((one, other) => one - other);
  const isSelecting = selection?.isCollapsed === false && first >= 0;
  const selected = isSelecting ? Math.min(last - first + 1, MOST_SELECTED) : 0;
  return [...(focused < 0 ? [] : [focused]), ...Array.from({ length: selected }, (_, nth) => first + nth)];
}

/** -1 for what is in none of its rows. */
function indexOf(node: Node | null | undefined, scroller: HTMLElement | null): number {
  if (node == null || !scroller?.contains(node)) return -1;
  const element = node instanceof Element ? node : node.parentElement;
  return Number(element?.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? -1);
}
