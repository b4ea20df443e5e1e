/** What is known of the server of one chat from the frames it printed. Plain data that is never changed in place. */
import type { Failure } from '../../contract/chats.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { TaskRecord } from '../../contract/tasks.ts';
import type { KnownSession } from '../codec.ts';
import type { Answers } from '../inquiry.ts';
import type { FrameOf, RequestId } from '../json-rpc.ts';
import type { KeptPlan } from '../step.ts';
import type { TaskTail } from '../tasks.ts';
import type { HandedOver, OpenItem, Tokens } from './protocol.ts';

/** How far the agent is with the user's message that it was given under `clientId`. */
export interface TurnProgress {
  clientId: string;
  /** With what it was said, but for what it says: what follows on it is said likewise. */
  settings: Readonly<Record<string, unknown>>;
  /** It has images, or a very long text. */
  isLarge: boolean;
  /** It asks for a summary: the server names the turn when that begins. */
  isCompaction: boolean;
  /** Codex's own id of the turn; null until it is known. */
  nativeId: string | null;
  /** Which of the message's turns this is, and whether it plans; see `rounds.ts`. */
  round: number;
  planMode: boolean;
  /** What is to be reached, and how far that is; `over` when nothing is pursued any more. */
  goal: { objective: string; status: 'wanted' | 'asked' | 'active' | 'over' } | null;
  /** It goes on with what a round before it could not end. */
  isCarriedOn: boolean;
  /** The model answered in this round. */
  isServed: boolean;
  /** The model's API refused the login, and has not answered since. */
  isLoginRejected: boolean;
  /** That was reported. */
  isReported: boolean;
  /** How the round ended for want of a login, which nobody was told: it may still be carried on. */
  refusal: TurnEnd | null;
  /** Why the turn is to end as an error whatever the agent says. */
  rejection: Failure | null;
  /** What was proposed in this round. */
  plan: KeptPlan | null;
  /** The round is over and its plan waits for a decision. */
  isPlanned: boolean;
  /** The name under which the message's plan is kept, from the first one on. */
  planFile: string | null;
}

/**
 * What the server is asked before it can take a message; each is `asked` once, and refused for good or left behind. Without a
 * failure it is one that takes none.
 */
export type Opening =
  | { step: 'initialize' | 'thread' | 'model'; isAsked: boolean }
  | { step: 'open' }
  | { step: 'refused'; failure: Failure | null };

/** The login as the server has it. */
export interface Account {
  /** It keeps no login on disk: a key may be handed to it. */
  isEphemeral: boolean;
  /** What it is to have; null when it finds a login by itself. */
  wanted: HandedOver | null;
  handed: HandedOver | null;
  /** What it is being told, under which id. */
  telling: { id: string; login: HandedOver } | null;
  /** Its own requests for another token, which wait for what comes of the refusal. */
  waiting: readonly RequestId[];
  isReported: boolean;
  /** What came of the last report; null while it is awaited. */
  verdict: 'renewed' | 'refused' | null;
}

/** The turn, or what the agent did by itself, is over, and something is still to be done or answered before that is told. */
export interface TurnEnding {
  end: TurnEnd | null;
  /** Requests of ours that were not answered yet. */
  awaited: readonly string[];
  /** The message is being taken out of its thread: to be told then. */
  notice: string | null;
}

/** `id` is that of the request. */
export interface Steer {
  id: string;
  messageId: string;
}

export interface CodexState {
  opening: Opening;
  /** The thread that is to be resumed. */
  resumes: KnownSession | null;
  /** Where it works, and with which instructions of ours. */
  folder: string;
  instructions: string | undefined;
  threadId: string | null;
  /** The file that it is kept in; null when that was not told. */
  rollout: string | null;
  /** What it uses when a message asks for nothing else. */
  model: string | null;
  /** The thread began in this process, and no message was given to it. */
  isNew: boolean;
  /** What the agent does not know any more, to be told with the next message. */
  notice: string | null;
  /** The message of a process before this one of which nobody knows whether that had begun with it. */
  unclear: { clientId: string; isFound: boolean; isBegun: boolean } | null;
  /** It was found at rest, and has not said yet what it waits for. */
  isRejoining: boolean;
  account: Account;
  turn: TurnProgress | null;
  ending: TurnEnding | null;
  /** What goes on is to end; the turns that were told so. */
  told: readonly string[] | null;
  /** Messages that were said into the turn and have no answer. */
  steers: readonly Steer[];
  /** What the server waits for an answer to. */
  asked: readonly FrameOf<'request'>[];
  /** The turn that the thread works on, ours or its own. */
  activeTurn: string | null;
  /** Threads of sub-agents, and the turn that each works on. */
  children: Readonly<Record<string, string | null>>;
  /** What each thread had used when it last said so. */
  totals: Readonly<Record<string, Tokens>>;
  openItems: readonly OpenItem[];
  /** What runs beside the turns or did, and the end of what each printed. */
  tasks: readonly TaskRecord[];
  tails: Readonly<Record<string, TaskTail>>;
  /** Items that were closed, the latest last. */
  closed: readonly string[];
  /** Clock time in milliseconds at which an item was last completed. */
  completedAt: number | null;
  /** How many to-do lists the current turn has shown. */
  plans: number;
  answers: Answers;
}

const AT_REST = {
  turn: null,
  ending: null,
  told: null,
  steers: [],
  asked: [],
  activeTurn: null,
  children: {},
  openItems: [],
  tasks: [],
  tails: {},
  completedAt: null,
  plans: 0,
};

export function freshState(threadId: string | null = null): CodexState {
  return {
    ...AT_REST,
    opening: { step: 'initialize', isAsked: true },
    resumes: null,
    folder: '',
    instructions: undefined,
    threadId,
    rollout: null,
    model: null,
    isNew: false,
    notice: null,
    unclear: null,
    isRejoining: false,
    account: {
      isEphemeral: false,
      wanted: null,
      handed: null,
      telling: null,
      waiting: [],
      isReported: false,
      verdict: null,
    },
    totals: {},
    closed: [],
    answers: {},
  };
}

/** The server is gone: nothing goes on any more. */
export function rested(state: CodexState): CodexState {
  return { ...state, ...AT_REST };
}

export function withTurn(
  state: CodexState,
  given: Pick<TurnProgress, 'clientId' | 'planMode'> &
    Partial<Pick<TurnProgress, 'settings' | 'isLarge' | 'isCompaction' | 'goal'>>,
): CodexState {
  const turn = {
    settings: {},
    isLarge: false,
    isCompaction: false,
    goal: null,
    ...given,
    nativeId: null,
    round: 0,
    isCarriedOn: false,
    isServed: false,
    isLoginRejected: false,
    isReported: false,
    refusal: null,
    rejection: null,
    plan: null,
    isPlanned: false,
    planFile: null,
  };
  return { ...state, plans: 0, isNew: false, notice: null, unclear: null, turn };
}

/** Under which id nothing is asked in the place of a message that is lost. */
export function lostRequestId(clientId: string): string {
  return `lost-${clientId}`;
}

/** A thread that nobody sees tells a setting, and nothing else goes on in it. */
export function owns({ threadId, children }: CodexState, candidate: string): boolean {
  return candidate === threadId || candidate in children;
}

/** Turns that go on, each with its thread. */
export function activeTurns({ threadId, activeTurn, children }: CodexState): ActiveTurn[] {
  const own = threadId === null || activeTurn === null ? [] : [{ threadId, turnId: activeTurn }];
  const others = Object.entries(children).flatMap(([child, turnId]) =>
    turnId === null ? [] : [{ threadId: child, turnId }],
  );
  return [...own, ...others];
}

export interface ActiveTurn {
  threadId: string;
  turnId: string;
}

export function isAtRest(state: CodexState): boolean {
  return state.turn === null && activeTurns(state).length === 0;
}
