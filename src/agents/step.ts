/** What a driver's functions give back: the state of a protocol, and what is to be done in the world, as data. */
import type { AgentEvent } from '../contract/agent-event.ts';
import type { Failure, Policy, Usage } from '../contract/chats.ts';
import type { TurnProgress } from '../contract/events.ts';
import type { TurnEnd } from '../contract/facts.ts';
import type { TaskRecord } from '../contract/tasks.ts';
import type { RequestId } from './json-rpc.ts';
import type { Asking } from './open-questions.ts';

/** When, and in which process, something happens. */
export interface Moment {
  now: Date;
  runId: string;
  policy: Policy;
  /** When a tool that is first mentioned was opened at the earliest, in milliseconds: later than that, once the output is read live. */
  openedAt: number;
}

/** What an agent said, before whoever tells it gives it a time. */
export type Saying = Omit<AgentEvent, 'timestamp'>;

/** A plan, and the name of the file that it is kept in. */
export interface KeptPlan {
  file: string;
  text: string;
}

/** What a line, a command or a moment of silence comes to. What is left out did not happen. */
export interface Step<State = unknown> {
  state: State;
  /** To be written at once, in order, each with its newline. */
  lines?: readonly string[];
  /** To be journaled. */
  said?: readonly Saying[];
  /** Shown live and not kept. */
  partial?: Saying;
  /** A sign of life that is no event. */
  isStirring?: boolean;
  /** For the log: what the agent has to say of how it was set up. */
  remark?: string;
  /** The answer to a ping. */
  isPong?: boolean;
  /** The model keeps the agent waiting. */
  progress?: TurnProgress;
  /** What was used of models since that was last told: each use once, however often a line is repeated. */
  spent?: Usage;
  /** The message that was given has ended, behind all that is said here; `state` has no turn any more. */
  end?: TurnEnd;
  /** A plan, complete. */
  plan?: KeptPlan;
  /** What became of messages that were said into the turn. */
  steered?: readonly { messageId: string; isTaken: boolean }[];
  /** The model's API refused the login: reported once, answered by the command `login`. */
  isLoginRefused?: boolean;
  /** The process is to be replaced by another, which carries the turn on: it is terminated, and `conclude` says `again`. */
  isReplaced?: boolean;
}

/** A line that was cut is `damaged`, one of somebody else `noise`. */
export type Translation<State = unknown> = Step<State> | 'noise' | 'damaged';

/** Where the agent stands, in the words of the process machine. */
export interface Standing {
  /** `unknown` until a process that was found has said it; `resting`: it may end without a loss, nothing runs in the background either. */
  activity: 'unknown' | 'resting' | 'working';
  /** It works without a message of ours; null while our turn runs, or nobody knows. */
  selfDirected: boolean | null;
  sessionId: string | null;
  /** Where the agent keeps the session, if it tells so. */
  sessionFile?: string | null;
  openTools: number;
  /** Clock time at which the earliest open tool was opened; null when none is. */
  toolsOpenedSince: number | null;
  /** What runs beside its turns, and what did of late; left out by an agent that does not tell. A list that changed is another one. */
  tasks?: readonly TaskRecord[];
  /** What it waits for an answer to. Each is decided once, by its id. */
  asks: readonly Ask[];
  /** Nothing may follow: the command `elapsed` is wanted when so many milliseconds have passed without a line. */
  waitsMs?: number;
  /** Whether a message can be said into the turn: now, as soon as more was printed, or not any more. */
  steering?: 'open' | 'soon' | 'over';
}

export interface Circumstances {
  policy: Policy;
  /** The turn is being interrupted. */
  isInterrupted: boolean;
}

/** A question of the agent, and what is to be done about it. */
export type Ask = { id: RequestId } & Decision;

export type Decision =
  | { kind: 'ask'; asking: Asking }
  /** Answered without asking anybody. */
  | { kind: 'answer'; line: string };

/** `waiting` for what the lines asked; `ready` with the line of the message, which is journaled before it is written. */
export type Preparation<State = unknown> = Step<State> &
  (
    | { outcome: 'waiting' }
    | {
        outcome: 'ready';
        line: string;
        sessionId: string;
        /** The session begins with this message. */
        isNew: boolean;
        /** What the agent does not know any more, to be told to the user. */
        notice: string | null;
        /** What else the driver wants to know when it takes the turn up. */
        note?: Readonly<Record<string, unknown>>;
      }
    /** `refused`: so is every other message; the next one gets another process. */
    | { outcome: 'failed' | 'refused'; failure: Failure }
    /** Another process is needed, which is launched with this state as `before`. */
    | { outcome: 'unfit' }
  );

export interface Ending {
  /** It died while nobody watched, perhaps with its engine. */
  isFound: boolean;
  /** The whole line of its message stands in its input. */
  isWritten: boolean;
  /** The chat asked for its end. */
  isAsked: boolean;
  /** It did not answer a step of its preparation, so it was killed. */
  isUnresponsive: boolean;
  /** The chat was told that it works by itself. */
  isSelfDirected: boolean;
  /** What it said at last, where it complains. */
  complaint: string;
}

export interface Conclusion<State = unknown> {
  state: State;
  said: readonly Saying[];
  /**
   * `again`: the message, given or being prepared, goes to another process, because it cannot be done twice; `cutOff`: the turn, or what the agent did
   * by itself, ends with the failure of the process.
   */
  outcome: { kind: 'ended'; end: TurnEnd } | { kind: 'again' } | { kind: 'cutOff' } | { kind: 'rested' };
}
