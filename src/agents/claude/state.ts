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

/** How far the agent is with the user's message that it was given under `uuid`. */
export interface TurnProgress {
  uuid: string;
  /** The agent mentioned it. */
  isSeen: boolean;
  /** The agent printed a block of an answer, so it may have done something. */
  isAnswered: boolean;
  /** The model answered. */
  isServed: boolean;
  /** A new process goes on with what another began. */
  isCarriedOn: boolean;
  isStarted: boolean;
  isEchoed: boolean;
  /** Taken out of the agent's queue before it ran. */
  isWithdrawn: boolean;
  isDone: boolean;
  /** The first name the agent gave to what went wrong. */
  complaint: string | null;
  /** To be told to the user with the first that is printed. */
  notice: string | null;
  /** Why a setting that the message asked for could not be made. */
  rejection: Failure | null;
  /** From its result, once that was printed. */
  end: TurnEnd | null;
}

export interface ClaudeState {
  sessionId: string | null;
  session: 'running' | 'requires_action' | 'idle' | 'unknown';
  permissionMode: string | null;
  turn: TurnProgress | null;
  openTools: readonly OpenTool[];
  /** The list of background tasks as last printed; null until it is known. */
  tasks: readonly unknown[] | null;
  /** The list of background tasks that answers our `initialize` is still to come. */
  isTaskListDue: boolean;
  /** Uuids of the messages that were echoed, the latest last. */
  echoed: readonly string[];
  /** Ids of the questions that were asked, the latest last. */
  asked: readonly string[];
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
    openTools: [],
    tasks: [],
    isTaskListDue: false,
    echoed: [],
    asked: [],
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
  isEchoed: boolean;
  isCarriedOn?: boolean;
  notice?: string | null;
}

export function withTurn(
  state: ClaudeState,
  { uuid, isEchoed, isCarriedOn = false, notice = null }: TurnGiven,
): ClaudeState {
  const turn: TurnProgress = {
    uuid,
    isSeen: isCarriedOn,
    isAnswered: false,
    isServed: false,
    isCarriedOn,
    isStarted: isCarriedOn,
    isEchoed: false,
    isWithdrawn: false,
    isDone: false,
    complaint: null,
    notice,
    rejection: null,
    end: null,
  };
  const echoed = isEchoed ? [...state.echoed, uuid] : state.echoed;
  return { ...state, turn, echoed, isLoginRejected: false };
}

/** The process is gone: nothing of it is open any more. */
export function rested(state: ClaudeState): ClaudeState {
  return { ...state, turn: null, session: 'idle', openTools: [], tasks: [] };
}

/** Nothing goes on, not even in the background: the process may end without a loss. */
export function isAtRest({ turn, session, tasks }: ClaudeState): boolean {
  return turn === null && session === 'idle' && (tasks === null || tasks.length === 0);
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
