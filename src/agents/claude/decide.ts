/** What the state of a Claude Code process means for the turn and the chat it works for. Pure. */
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { isPast, type ClaudeState } from './state.ts';

/** A session that comes to rest without saying so ends its turn this long after the result. */
export const END_GRACE_MS = 500;

export const LOGIN_REQUIRED: Failure = {
  code: 'claude_login_required',
  message: 'The login of Claude Code was refused, and there is no other: log in to Claude again.',
};

/** How the turn ends if nothing more is printed; null while it goes on. */
export function pendingEnd({ turn }: ClaudeState): TurnEnd | null {
  const end = turn?.end ?? (turn?.stage === 'withdrawn' ? { outcome: 'interrupted' as const } : null);
  if (end === null || turn?.rejection == null) return end;
  return { ...end, outcome: 'errored', error: turn.rejection };
}

/**
 * How the turn ends when the session comes to rest; null when the rest is that of an earlier turn. A message that was
 * given again after a crash and only recorded has run before: what it did then is lost.
 */
export function endAtRest(state: ClaudeState): TurnEnd | null {
  const pending = pendingEnd(state);
  if (pending !== null) return pending;
  if (state.turn?.stage === 'finished') return { outcome: 'completed' };
  return state.turn?.stage === 'recorded' ? { outcome: 'lost' } : null;
}

export function isLoginFailure({ outcome, error }: TurnEnd): boolean {
  return outcome === 'errored' && error?.code === 'auth';
}

/** The model's API refused the login, and has not taken it since. */
export function isLoginRefused(state: ClaudeState): boolean {
  return state.isLoginRejected || isHeldBack(state);
}

/** The turn has ended for want of a login, which nobody was told: it may still be carried on. */
export function isHeldBack(state: ClaudeState): boolean {
  const end = pendingEnd(state);
  return end !== null && isLoginFailure(end);
}

/**
 * Another process can take up the turn where the login was refused: nothing was under way then. Not twice, unless the
 * model answered in between, or the next of the logins that there are takes over.
 */
export function mayBeCarriedOn(state: ClaudeState, isNextLogin = false): boolean {
  const { turn } = state;
  if (turn === null || turn.rejection !== null || !isLoginRefused(state)) return false;
  return !turn.isCarriedOn || isPast(turn, 'served') || isNextLogin;
}

/** How a message is given once more. */
export interface Again {
  start: 'new' | 'resume';
  /** An earlier process echoed it. */
  isEchoed: boolean;
  /** The agent goes on by itself with the turn that is in its session. */
  carriesOn: boolean;
}

/** What becomes of a chat whose process is gone. */
export type Conclusion =
  | { kind: 'ended'; end: TurnEnd }
  | { kind: 'again'; again: Again }
  /** The turn, or the work that the agent did by itself, was cut off. */
  | { kind: 'cutOff' }
  | { kind: 'rested' };

export interface Circumstances {
  /** The process was ended so that another carries its turn on. */
  isReplaced: boolean;
  /** It was ended because the next of the logins that there are takes over from the one that was refused. */
  isNextLogin: boolean;
  /** The chat asked for the end of the process. */
  isExitAwaited: boolean;
  /** The chat was told that the agent works by itself. */
  isSelfDirected: boolean;
}

/**
 * A message is given again only if it cannot be done twice: the agent never saw it, or died with its engine before it
 * answered. Under the same uuid it then runs, unless the agent had recorded an answer. A turn whose login was refused is
 * carried on from where it stands in the session.
 */
export function conclusionOf(state: ClaudeState, circumstances: Circumstances): Conclusion {
  const { turn, isConversationMissing } = state;
  const { isExitAwaited, isSelfDirected } = circumstances;
  const isFound = state.greeting !== null; // it never answered, so it may have died with its engine
  if (turn === null) return isSelfDirected && !isFound ? { kind: 'cutOff' } : { kind: 'rested' };
  const end = pendingEnd(state);
  if (isCarriedOn(state, circumstances)) return { kind: 'again', again: CARRIED_ON };
  if (end !== null) return { kind: 'ended', end };
  if (isExitAwaited) return { kind: 'cutOff' };
  const isEchoed = state.echoed.includes(turn.uuid);
  if (isConversationMissing) return { kind: 'again', again: { start: 'new', isEchoed, carriesOn: false } };
  if (isFound && isPast(turn, 'answered')) return { kind: 'ended', end: { outcome: 'lost' } };
  if (!isFound && !(turn.isWarm && turn.stage === 'given')) return { kind: 'cutOff' };
  return { kind: 'again', again: { start: 'resume', isEchoed, carriesOn: false } };
}

const CARRIED_ON: Again = { start: 'resume', isEchoed: true, carriesOn: true };

/** The login was refused when the process went: it had nothing under way that could be done twice. */
function isCarriedOn(state: ClaudeState, { isReplaced, isNextLogin, isExitAwaited }: Circumstances): boolean {
  const isOver = state.greeting !== null || isReplaced || isHeldBack(state);
  return isOver && !isExitAwaited && mayBeCarriedOn(state, isNextLogin);
}
