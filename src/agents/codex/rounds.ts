/**
 * A message in plan mode may take several turns of Codex: one proposes a plan, the next revises it or carries it out.
 * A turn whose login was refused is carried on by another. To the chat they are one turn. The id of each says which round
 * it is and whether it plans, also after a restart.
 */
import type { Policy } from '../../contract/chats.ts';
import { turnRequestId } from '../json-rpc.ts';
import { nextRoundLine } from './frames.ts';
import type { CodexState, TurnProgress } from './state.ts';
import type { Told } from './told.ts';

export interface Round {
  /** 0 for the message itself. */
  round: number;
  planMode: boolean;
}

/** The id that Codex is given for a round of the message `clientId`. */
export function roundId(clientId: string, { round, planMode }: Round): string {
  return round === 0 ? clientId : `${clientId}~${round}${planMode ? 'plan' : 'go'}`;
}

/** Null for the id of another message. */
export function roundOf({ clientId, ...first }: TurnProgress, id: string): Round | null {
  if (id === clientId) return { round: 0, planMode: first.round === 0 && first.planMode };
  if (!id.startsWith(`${clientId}~`)) return null;
  const [, number, kind] = /^(\d+)(plan|go)$/.exec(id.slice(clientId.length + 1)) ?? [];
  return number === undefined ? null : { round: Number(number), planMode: kind === 'plan' };
}

/** What is known of the message stays; what was proposed is decided. */
export function enterRound(state: CodexState, round: Round): CodexState {
  const { turn } = state;
  if (turn === null || round.round <= turn.round) return state;
  const isCarriedOn = turn.refusal !== null;
  const trusted = { refusal: null, isLoginRejected: false, isReported: false, isServed: false };
  const begun = { ...trusted, nativeId: null, plan: null, isPlanned: false };
  return { ...state, turn: { ...turn, ...round, ...begun, isCarriedOn } };
}

/** Begins another round. Without a text Codex goes on with what its thread ends with. */
export function goOn(
  state: CodexState,
  { planMode, text, policy }: { planMode: boolean; text: string; policy: Policy },
): Told {
  const { turn } = state;
  if (turn === null) return { state };
  const round = { round: turn.round + 1, planMode };
  const id = roundId(turn.clientId, round);
  return {
    state: enterRound(state, round),
    lines: [nextRoundLine(turn.settings, { id, text, policy, planMode })],
  };
}

const PREFIX = turnRequestId('');
const ROUND = /^\{"id":"turn-([^"]*~\d+(?:plan|go))",.*\}$/s;

/** A round that was begun with this line, as an id under which that can be told; null for another line. */
export function roundBegunBy(line: string): string | null {
  const [, id] = ROUND.exec(line) ?? [];
  return id === undefined ? null : turnRequestId(id);
}

/** Null for the id of another request than one of a turn of the message. */
export function roundOfRequest({ turn }: CodexState, id: string | number): Round | null {
  const isTurn = typeof id === 'string' && id.startsWith(PREFIX);
  return turn !== null && isTurn ? roundOf(turn, id.slice(PREFIX.length)) : null;
}
