/** A login that the model's API refused: reported once, then the agent tries again, another process does, or somebody has to log in. */
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { Moment, Step } from '../step.ts';
import { interruptLine } from './lines.ts';
import { isPast, pendingEnd, type ClaudeState } from './state.ts';

const LOGIN_REQUIRED: Failure = {
  code: 'claude_login_required',
  message: 'The login of Claude Code was refused, and there is no other: log in to Claude again.',
};

/** What is due, now that a line was read or the refusal was dealt with. */
export function heal(state: ClaudeState, { runId }: Moment): Step<ClaudeState> {
  const { turn, login, replaced } = state;
  if (!isLoginRefused(state)) return { state: login === null ? state : { ...state, login: null } };
  if (login === null) return { state: { ...state, login: 'reported' }, isLoginRefused: true };
  if (login === 'reported' || turn === null || turn.rejection !== null || replaced !== null) return { state };
  const { outcome, isOutdated } = login;
  // A login in a file is read again by the agent, which tries a second time by itself.
  if (outcome !== 'refused' && !isOutdated && turn.end === null) return { state };
  const isNextLogin = outcome === 'replaced';
  if (outcome !== 'refused' && mayBeCarriedOn(state, isNextLogin)) {
    return { state: { ...state, replaced: { isNextLogin } }, isReplaced: true };
  }
  const rejected = { ...state, turn: { ...turn, rejection: LOGIN_REQUIRED } };
  const end = pendingEnd(rejected);
  if (end !== null) return { state: { ...rejected, turn: null }, end };
  return { state: rejected, lines: [interruptLine(`${runId}-${turn.uuid}-refused`)] };
}

export function isLoginFailure({ outcome, error }: TurnEnd): boolean {
  return outcome === 'errored' && error?.code === 'auth';
}

/** The model's API refused the login, and has not taken it since. */
function isLoginRefused(state: ClaudeState): boolean {
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
export function mayBeCarriedOn(state: ClaudeState, isNextLogin: boolean): boolean {
  const { turn } = state;
  if (turn === null || turn.rejection !== null || !isLoginRefused(state)) return false;
  return !turn.isCarriedOn || isPast(turn, 'served') || isNextLogin;
}
