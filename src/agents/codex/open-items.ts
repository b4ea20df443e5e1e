/** Items of a thread from their beginning to their end. */
import type { OpenItem } from './protocol.ts';
import { isAtRest, type CodexState } from './state.ts';

export function openTools({ openItems }: CodexState): OpenItem[] {
  return openItems.filter(({ item }) => !SPOKEN.has(item.type));
}

/** Nothing starts sooner after the item before it, because the model has to be asked. */
const PAUSE_MS = 20;

/**
 * Clock time in milliseconds since when processes belong to open tools, null when nothing goes on. Codex announces a
 * command when it runs already: its processes may be older than the announcement, and there before it.
 */
export function toolsOpenedSince(state: CodexState): number | null {
  const { completedAt } = state;
  const times = openTools(state).map(({ openedAt }) => openedAt);
  if (completedAt !== null && !isAtRest(state)) times.push(completedAt + PAUSE_MS);
  return times.length === 0 ? null : Math.min(...times);
}

/** Items that are words, not work. */
const SPOKEN: ReadonlySet<string> = new Set(['userMessage', 'agentMessage', 'reasoning', 'plan']);

/** An item may have the id of one in an earlier turn. */
export function sameItem(one: ItemPlace): (other: ItemPlace) => boolean {
  return ({ turnId, item }) => turnId === one.turnId && item.id === one.item.id;
}

export type ItemPlace = Pick<OpenItem, 'turnId' | 'item'>;

export function isClosed({ closed }: CodexState, place: ItemPlace): boolean {
  return closed.includes(keyOf(place));
}

const REMEMBERED = 200;

/** Adds an item to those that were closed; only the latest are kept. */
export function remember(closed: readonly string[], place: ItemPlace): string[] {
  return [...closed, keyOf(place)].slice(-REMEMBERED);
}

function keyOf({ turnId, item }: ItemPlace): string {
  return `${turnId}/${item.id}`;
}
