/** What the state of a Claude Code process means: for the machine of the process, and for its message when it is gone. */
import type { Failure } from '../../contract/chats.ts';
import { isLoginFailure } from '../failures.ts';
import type { Circumstances, Conclusion, Ending, Moment, Standing, Step } from '../step.ts';
import { interruptLine } from './lines.ts';
import { askOf } from './requests.ts';
import { isPast, pendingEnd, type ClaudeState } from './state.ts';

/** A session that comes to rest without saying so ends its turn this long after the result. */
const END_GRACE_MS = 500;

export function decide(state: ClaudeState, { policy }: Circumstances): Standing {
  const { sessionId, opening, turn, session, openTools, asks, permissionMode, background: tasks } = state;
  const isEndDue = pendingEnd(state) !== null && !isHeldBack(state);
  return {
    activity: activityOf(state),
    selfDirected: turn === null && session !== 'unknown' ? worksByItself(state) : null,
    // Nothing is in a session yet that begins with its first message.
    sessionId: opening?.isNew === true ? null : sessionId,
    openTools: openTools.length,
    tasks,
    toolsOpenedSince: openTools.length === 0 ? null : Math.min(...openTools.map(({ openedAt }) => openedAt)),
    asks: asks.map((line) => askOf(line, { policy, permissionMode })),
    ...(isEndDue ? { waitsMs: END_GRACE_MS } : {}),
  };
}

function activityOf({ turn, session, tasks }: ClaudeState): Standing['activity'] {
  if (turn !== null) return 'working';
  if (session === 'unknown') return 'unknown';
  const isQuiet = session === 'idle' || session === 'unfamiliar';
  return isQuiet && (tasks === null || tasks.length === 0) ? 'resting' : 'working';
}

/** The agent works without a message of ours. */
function worksByItself({ session }: ClaudeState): boolean {
  return session === 'running' || session === 'requires_action';
}

/** What becomes of the message of a process that is gone. Nothing of the process is open any more. */
export function conclude(state: ClaudeState, ending: Ending): Conclusion<ClaudeState> {
  const carriesOn = isCarriedOn(state, ending);
  const outcome = carriesOn ? ({ kind: 'again' } as const) : outcomeOf(state, ending);
  const nothing = { turn: null, openTools: [], tasks: [], asks: [] };
  return { state: { ...state, ...nothing, session: 'idle', carriesOn }, said: [], outcome };
}

/** The login was refused when the process went: it had nothing under way that could be done twice. */
function isCarriedOn(state: ClaudeState, ending: Ending): boolean {
  const { replaced } = state;
  const isOver = isFound(state, ending) || replaced !== null || isHeldBack(state);
  return isOver && !ending.isAsked && mayBeCarriedOn(state, replaced?.isNextLogin === true);
}

/**
 * A message is given again only if it cannot be done twice: the agent never saw it, or died with its engine before it
 * answered. Under the same uuid it then runs, unless the agent had recorded an answer.
 */
function outcomeOf(state: ClaudeState, ending: Ending): Conclusion<ClaudeState>['outcome'] {
  const { turn, isConversationMissing } = state;
  const isLost = isFound(state, ending);
  const end = pendingEnd(state);
  if (isConversationMissing && !ending.isAsked) return { kind: 'again' };
  if (turn === null) return { kind: ending.isSelfDirected && !isLost ? 'cutOff' : 'rested' };
  if (end !== null) return { kind: 'ended', end };
  if (ending.isAsked) return { kind: 'cutOff' };
  if (isLost && isPast(turn, 'answered')) return { kind: 'ended', end: { outcome: 'lost' } };
  const isUnread = turn.stage === 'given' && (turn.isWarm || !ending.isWritten);
  return { kind: isLost || isUnread ? 'again' : 'cutOff' };
}

/** It has said nothing since it was found, so it may have died with its engine. */
function isFound({ greeting }: ClaudeState, ending: Ending): boolean {
  return ending.isFound || greeting !== null;
}

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
