/** What is known of one chat's thread from the frames of the server. Plain data, changed only by `translate`. */
import type { Failure, Usage } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { Standing } from '../facts.ts';
import type { Item } from './protocol.ts';

export interface OpenItem {
  item: Item;
  threadId: string;
  turnId: string;
  /** What was streamed of it so far. */
  text: string;
  /** Clock time in milliseconds. */
  openedAt: number;
}

/** How far the agent is with the user's message that it was given under `clientId`. */
export interface TurnProgress {
  clientId: string;
  /** Codex's own id of the turn; null until it is known. */
  nativeId: string | null;
  usage: Usage | null;
  /** To be told to the user when the turn begins. */
  notice: string | null;
  /** Which of the message's turns this is, and whether it plans; see `rounds.ts`. */
  round: number;
  planMode: boolean;
  /** It goes on with what a round before it could not end. */
  isCarriedOn: boolean;
  /** The model answered in this round. */
  isServed: boolean;
  /** The model's API refused the login, and has not answered since. */
  isLoginRejected: boolean;
  /** How the round ended for want of a login, which nobody was told: it may still be carried on. */
  refusal: TurnEnd | null;
  /** Why the turn is to end as an error whatever the agent says. */
  rejection: Failure | null;
  /** What was proposed in this round. */
  plan: ProposedPlan | null;
  /** The round is over and its plan waits for a decision. */
  isPlanned: boolean;
  /** The name under which the message's plan is kept, from the first one on. */
  planFile: string | null;
}

export interface ProposedPlan {
  /** The name of its file. */
  file: string;
  text: string;
}

export interface CodexState {
  threadId: string | null;
  turn: TurnProgress | null;
  /** The turn that the thread works on, ours or its own. */
  activeTurn: string | null;
  /** Threads of sub-agents, and the turn that each works on. */
  children: Readonly<Record<string, string | null>>;
  openItems: readonly OpenItem[];
  /** Items that were closed, the latest last. */
  closed: readonly string[];
  /** Clock time in milliseconds at which an item was last completed. */
  completedAt: number | null;
  /** How many to-do lists the current turn has shown. */
  plans: number;
}

export function freshState(threadId: string | null): CodexState {
  const nothing = { turn: null, activeTurn: null, children: {}, openItems: [], closed: [] };
  return { threadId, ...nothing, completedAt: null, plans: 0 };
}

export function withTurn(
  state: CodexState,
  { clientId, notice, planMode }: { clientId: string; notice: string | null; planMode: boolean },
): CodexState {
  const nothing = { nativeId: null, usage: null, plan: null, isPlanned: false, planFile: null };
  const trusted = {
    isCarriedOn: false,
    isServed: false,
    isLoginRejected: false,
    refusal: null,
    rejection: null,
  };
  return { ...state, plans: 0, turn: { clientId, notice, planMode, round: 0, ...nothing, ...trusted } };
}

/** Under which id the turn of a message is asked for: the same after a restart. */
export function turnRequestId(clientId: string): string {
  return `turn-${clientId}`;
}

/** A thread that nobody sees tells a setting, and nothing else goes on in it. */
export function owns({ threadId, children }: CodexState, candidate: string): boolean {
  return candidate === threadId || candidate in children;
}

/** Turns that go on, each with its thread. */
export function activeTurns({ threadId, activeTurn, children }: CodexState): ActiveTurn[] {
  const own = threadId === null || activeTurn === null ? [] : [{ threadId, turnId: activeTurn }];
  const others = Object.entries(children).flatMap(([child, turnId]) =>
    turnId === null ? [] : [{ threadId: child, turnId }],
  );
  return [...own, ...others];
}

export interface ActiveTurn {
  threadId: string;
  turnId: string;
}

/** The agent works without a message of ours. */
export function worksByItself(state: CodexState): boolean {
  return state.turn === null && activeTurns(state).length > 0;
}

export function isAtRest(state: CodexState): boolean {
  return state.turn === null && activeTurns(state).length === 0;
}

/** The chat does not care while its own turn runs. */
export function standingOf(state: CodexState): Standing {
  const { threadId: sessionId, turn } = state;
  const selfDirected = turn === null ? worksByItself(state) : null;
  return { sessionId, openTools: openTools(state).length, selfDirected };
}

/** The server is gone: nothing goes on any more. */
export function rested(state: CodexState): CodexState {
  return { ...freshState(state.threadId), closed: state.closed };
}

export function openTools({ openItems }: CodexState): OpenItem[] {
  return openItems.filter(({ item }) => !SPOKEN.has(item.type));
}

/** Nothing starts sooner after the item before it, because the model has to be asked. */
const PAUSE_MS = 20;

/**
 * Clock times in milliseconds since when processes belong to open tools. Codex announces a command when it runs already:
 * its processes may be older than the announcement, and there before it.
 */
export function toolsOf(state: CodexState): { openTools: { openedAt: number }[] } {
  const { completedAt } = state;
  const isBetween = completedAt !== null && !isAtRest(state);
  const next = isBetween ? [{ openedAt: completedAt + PAUSE_MS }] : [];
  return { openTools: [...openTools(state), ...next] };
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
