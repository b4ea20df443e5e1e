/** What the state of a process says about the login it uses. */
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import { pendingEnd } from './advance.ts';
import type { ClaudeState } from './state.ts';

export const LOGIN_REQUIRED: Failure = {
  code: 'claude_login_required',
  message: 'The login of Claude Code was refused, and there is no other: log in to Claude again.',
};

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
  return !turn.isCarriedOn || turn.isServed || isNextLogin;
}
