/** What is known of one Claude Code process, from what it printed and what it was told. Plain data. */
import { z } from 'zod';
import type { Failure, Usage } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { TaskRecord } from '../../contract/tasks.ts';
import type { Answers } from '../inquiry.ts';
import type { RejectionOutcome } from '../login.ts';
import type { CallStart, LineOf } from './protocol.ts';

export const EffortSchema = z.enum(['low', 'medium', 'high', 'xhigh', 'max']);
export type Effort = z.infer<typeof EffortSchema>;

/** A null model is the agent's default. */
export type Setting =
  | { name: 'model'; value: string | null }
  | { name: 'effort'; value: Effort }
  | { name: 'fast'; value: boolean }
  /** Not kept: its skills are read again. */
  | { name: 'skills'; value: true }
  | { name: 'mode'; value: string };

export interface OpenTool {
  id: string;
  name: string;
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
  /** Why it cannot end as it was asked for, whatever the agent says of its end. */
  rejection: Failure | null;
  /** From its result, once that was printed. */
  end: TurnEnd | null;
}

export interface ClaudeState {
  sessionId: string | null;
  /** How it was launched, until it has its first message. */
  opening: { isNew: boolean; notice: string | null; carriesOn: boolean } | null;
  /** Left out while unknown. */
  settings: {
    model?: string | null | undefined;
    effort?: Effort | undefined;
    /** Null while unknown; off when left out. */
    fast?: boolean | null | undefined;
  };
  /** The settings that a message waits for, and why one of them cannot be made. */
  preparing: {
    turnId: string;
    open: readonly { id: string; setting: Setting }[];
    refusal: Failure | null;
  } | null;
  /** `unfamiliar`: it names a state that nobody knows, which must not keep anybody waiting. */
  session: 'unknown' | 'running' | 'requires_action' | 'idle' | 'unfamiliar';
  permissionMode: string | null;
  turn: ClaudeTurn | null;
  /** Under which id it was asked what it does; null once it has said so. */
  greeting: string | null;
  asks: readonly LineOf<'control_request'>[];
  /** The session that it was to resume was never used. */
  isConversationMissing: boolean;
  openTools: readonly OpenTool[];
  /** The list of background tasks as last printed; null until it is known. */
  tasks: readonly unknown[] | null;
  /** What runs beside its turns or did, and shells that its turn still waits for. */
  background: readonly TaskRecord[];
  foreground: readonly TaskRecord[];
  /** The list of background tasks that answers our `initialize` is still to come. */
  isTaskListDue: boolean;
  /** Uuids of the messages that were echoed, the latest last. */
  echoed: readonly string[];
  /** Cost of the process so far; null until it is known. */
  totalCostUsd: number | null;
  /** The call of the model that is being answered, as it began. */
  call: CallStart | null;
  /** What was told since the last result of what was used. */
  told: Usage;
  /** The model's API refused the login, and has not answered since. */
  isLoginRejected: boolean;
  /** What came of that; null before anybody was told. */
  login: 'reported' | { outcome: RejectionOutcome; isOutdated: boolean } | null;
  /** It is to end so that another carries its turn on; with the next of the logins that there are, or with the same. */
  replaced: { isNextLogin: boolean } | null;
  /** It is gone, and another goes on by itself with the turn that is in its session. */
  carriesOn: boolean;
  /** What the model was last asked with, by the agent itself; null before. */
  context: { model: string; tokens: number } | null;
  /** Why the process could not start, in its own words. */
  startupFailure: string | null;
  answers: Answers;
}

/** A process that was launched with this session and in this mode, and of which nothing was read yet. */
export function freshState(sessionId: string | null, permissionMode: string | null): ClaudeState {
  return {
    sessionId,
    opening: null,
    settings: {},
    preparing: null,
    session: 'unknown',
    permissionMode,
    turn: null,
    greeting: null,
    asks: [],
    isConversationMissing: false,
    openTools: [],
    tasks: [],
    background: [],
    foreground: [],
    isTaskListDue: false,
    echoed: [],
    totalCostUsd: 0,
    call: null,
    told: {},
    isLoginRejected: false,
    login: null,
    replaced: null,
    carriesOn: false,
    context: null,
    startupFailure: null,
    answers: {},
  };
}

/** A process that lived before we looked. */
export function foundState(sessionId: string | null): ClaudeState {
  return { ...freshState(sessionId, null), settings: { fast: null }, tasks: null, totalCostUsd: null };
}

export function withTurn(
  state: ClaudeState,
  given: Pick<ClaudeTurn, 'uuid'> & Partial<Pick<ClaudeTurn, 'isWarm' | 'isCarriedOn'>>,
): ClaudeState {
  const stage = given.isCarriedOn === true ? ('started' as const) : ('given' as const);
  const begun = {
    isWarm: false,
    isCarriedOn: false,
    complaint: null,
    rejection: null,
    end: null,
  };
  return {
    ...state,
    turn: { ...begun, ...given, stage },
    opening: null,
    isLoginRejected: false,
    login: null,
  };
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

/** How the turn ends if nothing more is printed; null while it goes on. */
export function pendingEnd({ turn }: ClaudeState): TurnEnd | null {
  const end = turn?.end ?? (turn?.stage === 'withdrawn' ? { outcome: 'interrupted' as const } : null);
  if (end === null || turn?.rejection == null) return end;
  return { ...end, outcome: 'errored', error: turn.rejection };
}

const REMEMBERED = 200;

/** Adds an id to a list that keeps only the latest. */
export function remember(ids: readonly string[], id: string): string[] {
  return [...ids.filter((known) => known !== id), id].slice(-REMEMBERED);
}
