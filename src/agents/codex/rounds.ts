/**
 * A message in plan mode may take several turns of Codex: one proposes a plan, the next revises it or carries it out.
 * A turn whose login was refused is carried on by another. To the chat they are one turn. The id of each says which round
 * it is and whether it plans, also after a restart.
 */
import type { CodexState, TurnProgress } from './state.ts';

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
  const begun = { nativeId: null, plan: null, isPlanned: false, refusal: null, isLoginRejected: false };
  return { ...state, turn: { ...turn, ...round, ...begun, isCarriedOn, isServed: false } };
}
