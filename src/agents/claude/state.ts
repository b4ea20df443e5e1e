/** What is known of one Claude Code process from the lines it printed. Plain data, changed only by `translate`. */
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { Standing } from '../facts.ts';

export interface OpenTool {
  id: string;
  /** The tool call of the sub-agent that made this one; null for the agent itself. */
  parent: string | null;
  /** Clock time in milliseconds. */
  openedAt: number;
}

/** How far the agent is with a message, in the order in which it gets there; it never goes back. */
const STAGES = [
  /** It was written, and the agent has not mentioned it. */
  'given',
  'seen',
  /** It is in the session, and was not begun: a message that was given again and ends so has run before. */
  'recorded',
  'started',
  /** A block of an answer was printed, so something may have been done. */
  'answered',
  /** The model itself answered. */
  'served',
  'finished',
  /** Taken out of the agent's queue, or cut off. */
  'withdrawn',
] as const;
export type Stage = (typeof STAGES)[number];

/** The user's message that the agent was given under `uuid`. */
export interface ClaudeTurn {
  uuid: string;
  stage: Stage;
  /** The process rested when it was given. */
  isWarm: boolean;
  /** A new process goes on with what another began. */
  isCarriedOn: boolean;
  /** The first name the agent gave to what went wrong. */
  complaint: string | null;
  /** To be told to the user with the first that is printed. */
  notice: string | null;
  /** Why it cannot end as it was asked for, whatever the agent says of its end. */
  rejection: Failure | null;
  /** From its result, once that was printed. */
  end: TurnEnd | null;
}

export interface ClaudeState {
  sessionId: string | null;
  /** `unfamiliar`: it names a state that nobody knows, which must not keep anybody waiting. */
  session: 'unknown' | 'running' | 'requires_action' | 'idle' | 'unfamiliar';
  permissionMode: string | null;
  turn: ClaudeTurn | null;
  /** Under which id a process that was found was asked what it does; null once it has said so. */
  greeting: string | null;
  /** The session that it was to resume was never used. */
  isConversationMissing: boolean;
  openTools: readonly OpenTool[];
  /** The list of background tasks as last printed; null until it is known. */
  tasks: readonly unknown[] | null;
  /** The list of background tasks that answers our `initialize` is still to come. */
  isTaskListDue: boolean;
  /** Uuids of the messages that were echoed, the latest last. */
  echoed: readonly string[];
  /** Cost of the process so far; null until it is known. */
  totalCostUsd: number | null;
  /** The model's API refused the login, and has not answered since. */
  isLoginRejected: boolean;
  /** What the model was last asked with, by the agent itself; null before. */
  context: { model: string; tokens: number } | null;
  /** Why the process could not start, in its own words. */
  startupFailure: string | null;
}

/** A process that was launched with this session and in this mode, and of which nothing was read yet. */
export function freshState(sessionId: string | null, permissionMode: string | null): ClaudeState {
  return {
    sessionId,
    session: 'unknown',
    permissionMode,
    turn: null,
    greeting: null,
    isConversationMissing: false,
    openTools: [],
    tasks: [],
    isTaskListDue: false,
    echoed: [],
    totalCostUsd: 0,
    isLoginRejected: false,
    context: null,
    startupFailure: null,
  };
}

/** A process that lived before we looked. */
export function foundState(sessionId: string | null): ClaudeState {
  return { ...freshState(sessionId, null), tasks: null, totalCostUsd: null };
}

export interface TurnGiven {
  uuid: string;
  /** An earlier process echoed it. */
  isEchoed: boolean;
  isWarm?: boolean;
  isCarriedOn?: boolean;
  notice?: string | null;
}

export function withTurn(
  state: ClaudeState,
  { uuid, isEchoed, isWarm = false, isCarriedOn = false, notice = null }: TurnGiven,
): ClaudeState {
  const stage = isCarriedOn ? 'started' : 'given';
  const turn = {
    uuid,
    stage,
    isWarm,
    isCarriedOn,
    complaint: null,
    notice,
    rejection: null,
    end: null,
  } as const;
  const echoed = isEchoed ? [...state.echoed, uuid] : state.echoed;
  return { ...state, turn, echoed, isLoginRejected: false };
}

export function isPast({ stage }: ClaudeTurn, mark: Stage): boolean {
  return STAGES.indexOf(stage) >= STAGES.indexOf(mark);
}

/** The agent is that far with its turn, unless it was further already. */
export function reach(state: ClaudeState, stage: Stage): ClaudeState {
  const { turn } = state;
  if (turn === null || turn.end !== null || isPast(turn, stage)) return state;
  return { ...state, turn: { ...turn, stage } };
}

/** The process is gone: nothing of it is open any more. */
export function rested(state: ClaudeState): ClaudeState {
  return { ...state, turn: null, session: 'idle', openTools: [], tasks: [] };
}

/** Nothing goes on, not even in the background: the process may end without a loss. */
export function isAtRest({ turn, session, tasks }: ClaudeState): boolean {
  const isResting = session === 'idle' || session === 'unfamiliar';
  return turn === null && isResting && (tasks === null || tasks.length === 0);
}

/** The agent works without a message of ours. */
export function worksByItself({ turn, session }: ClaudeState): boolean {
  return turn === null && (session === 'running' || session === 'requires_action');
}

/** The chat does not care while its own turn runs, nor before the agent said whether it works. */
export function standingOf(state: ClaudeState): Standing {
  const { sessionId, openTools, turn, session } = state;
  const isTold = turn === null && session !== 'unknown';
  return { sessionId, openTools: openTools.length, selfDirected: isTold ? worksByItself(state) : null };
}

const REMEMBERED = 200;

/** Adds an id to a list that keeps only the latest. */
export function remember(ids: readonly string[], id: string): string[] {
  return [...ids.filter((known) => known !== id), id].slice(-REMEMBERED);
}
