import type { TurnEnd } from '../../contract/facts.ts';
import { pendingEnd } from './advance.ts';
import { isHeldBack, mayBeCarriedOn } from './login.ts';
import type { ClaudeState } from './state.ts';

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

export interface ProcessCircumstances {
  /** The process was found, not launched, and never answered: it may have died with its engine. */
  isFound: boolean;
  /** The process rested when it was given its message. */
  isGiven: boolean;
  /** The process was ended so that another carries its turn on. */
  isReplaced: boolean;
  /** It was ended because the next of the logins that there are takes over from the one that was refused. */
  isNextLogin: boolean;
  /** The session that it was to resume was never used. */
  isConversationMissing: boolean;
}

export interface Circumstances extends ProcessCircumstances {
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
  const { turn } = state;
  const { isFound, isExitAwaited, isSelfDirected } = circumstances;
  if (turn === null) return isSelfDirected && !isFound ? { kind: 'cutOff' } : { kind: 'rested' };
  const end = pendingEnd(state);
  if (isCarriedOn(state, circumstances)) return { kind: 'again', again: CARRIED_ON };
  if (end !== null) return { kind: 'ended', end };
  if (isExitAwaited) return { kind: 'cutOff' };
  const isEchoed = state.echoed.includes(turn.uuid);
  if (circumstances.isConversationMissing)
    return { kind: 'again', again: { start: 'new', isEchoed, carriesOn: false } };
  if (isFound && turn.isAnswered) return { kind: 'ended', end: { outcome: 'lost' } };
  if (!isFound && !(circumstances.isGiven && !turn.isSeen)) return { kind: 'cutOff' };
  return { kind: 'again', again: { start: 'resume', isEchoed, carriesOn: false } };
}

const CARRIED_ON: Again = { start: 'resume', isEchoed: true, carriesOn: true };

/** The login was refused when the process went: it had nothing under way that could be done twice. */
function isCarriedOn(state: ClaudeState, circumstances: Circumstances): boolean {
  const { isFound, isReplaced, isNextLogin, isExitAwaited } = circumstances;
  const isOver = isFound || isReplaced || isHeldBack(state);
  return isOver && !isExitAwaited && mayBeCarriedOn(state, isNextLogin);
}
