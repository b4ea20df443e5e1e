/** What one frame or command comes to. */
import type { Saying, Step } from '../step.ts';
import { breaking } from './items.ts';
import type { OpenItem } from './protocol.ts';
import { isAtRest, type CodexState } from './state.ts';

export type Told = Step<CodexState>;

/** What comes of it, and of what follows from that. */
export function andThen(told: Told, next: (state: CodexState) => Told): Told {
  const then = next(told.state);
  return {
    ...told,
    ...then,
    lines: [...(told.lines ?? []), ...(then.lines ?? [])],
    said: [...(told.said ?? []), ...(then.said ?? [])],
    steered: [...(told.steered ?? []), ...(then.steered ?? [])],
  };
}

/** What a sub-agent says is marked with its thread. */
export function ofThread(
  { threadId: own }: CodexState,
  threadId: string,
  said: readonly Saying[],
): readonly Saying[] {
  if (threadId === own) return said;
  return said.map(({ type, payload }) => ({ type, payload: { ...payload, agent_thread_id: threadId } }));
}

/** Closes what the agent left open, in one thread or, without one, in all of them. */
export function closeItems(state: CodexState, threadId?: string): Told {
  const isLeft = (candidate: string) => threadId !== undefined && candidate !== threadId;
  const dangling = state.openItems.filter((open) => !isLeft(open.threadId));
  const closed = dangling.reduce((known, open) => remember(known, open), state.closed);
  const said = dangling.flatMap((open) => ofThread(state, open.threadId, breaking(open.item, open.text)));
  const openItems = state.openItems.filter((open) => isLeft(open.threadId));
  return { state: { ...state, openItems, closed }, said };
}

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
