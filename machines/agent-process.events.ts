/** The words that the process of a chat's agent is spoken to with, and the words it speaks. */
import type { Failure } from '../src/contract/chats.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../src/contract/facts.ts';
import type { ClockReading, Delivery, QueuedMessage } from '../src/contract/records.ts';

/** What its executor and the operating system say. */
export type ProcessFact =
  /** What an earlier engine left, and the message that it was given, if that has not ended. */
  | { type: 'process.found'; is: 'absent' | 'ended' | 'running'; message: QueuedMessage | null }
  | { type: 'process.launched' }
  /** A step of a preparation was taken; the next one waits for the agent. */
  | { type: 'process.advanced' }
  | { type: 'process.prepared'; messageId: string; delivery: Delivery; at: string; clock: ClockReading }
  /** It cannot be launched, or cannot take the message. */
  | { type: 'process.failed'; failure: Failure }
  /** Its executor failed: nobody knows how it stands. */
  | { type: 'process.broken'; failure: Failure }
  /** Another process has to take the message: its program, environment, login or session changed, or it printed too much. */
  | { type: 'process.unfit' }
  /** Nothing runs, not even in the background. */
  | { type: 'process.rested' }
  /** Something goes on: a message, a sub-agent, a wake-up. */
  | { type: 'process.worked' }
  /** The message that it was given, or what it did by itself, has ended, and the chat was told. */
  | { type: 'turn.ended' }
  | { type: 'process.answered' }
  /** A line that cannot be what the agent printed. */
  | { type: 'process.damaged'; failure: Failure }
  /** Its turn is to be carried on by another process. */
  | { type: 'process.replaced' }
  /** It knows no word by which it leaves in good order. */
  | { type: 'process.speechless' }
  | { type: 'process.exited'; code: number | null }
  /** Its end was dealt with: all it printed was told, nothing that it started is left. */
  | { type: 'process.settled'; becomes: Becoming; failure: Failure }
  /** There is no room for all that live; declined unless it rests. */
  | { type: 'process.retire' }
  /** A death is so long ago that it does not count any more. */
  | { type: 'death.forgotten' };

/** What becomes of the message that a process was given, and of what it did by itself, when it is gone. */
export type Becoming = 'ended' | 'again' | 'cutOff' | 'rested';

/** A chat says the commands. */
export type ProcessEvent = AgentCommand | ProcessFact;

/** What it says to its chat by itself; what the agent said is told by its executor. */
export type ProcessTold = Extract<
  AgentFact,
  { type: 'turn.prepared' | 'agent.exited' | 'agent.answered' | 'steer.refused' }
>;

/** What its executor is asked to do. Each is answered by a fact, but for those that only write or signal. */
export type ProcessOrder =
  /** Also reads what was printed, and asks it what it does. */
  | { type: 'attach' }
  | { type: 'launch'; message: QueuedMessage }
  | { type: 'abortLaunch' }
  | { type: 'prepare'; message: QueuedMessage }
  /** The preparation is not used. */
  | { type: 'release' }
  | Extract<
      AgentCommand,
      { type: 'agent.deliver' | 'agent.steer' | 'agent.answer' | 'agent.ping' | 'agent.stopTask' }
    >
  | { type: 'interrupt' }
  /** The chat wants to know whether the agent rests. */
  | { type: 'sayRested' }
  /** To end what it does, and itself in good order. */
  | { type: 'leave' }
  | { type: 'terminate' }
  | { type: 'kill' }
  /** What the pool is told. */
  | { type: 'rest' }
  | { type: 'work' }
  | { type: 'settle'; code: number | null; isAsked: boolean; isFound: boolean; isUnresponsive: boolean };

/** Why a process goes, if not by itself. */
export type LeaveReason =
  /** It rests too long, or there is no room. */
  | 'rest'
  /** Another one is to take its place. */
  | 'replaced'
  /** The chat waits for its end, because it does not stop. */
  | 'asked'
  /** The chat ends. */
  | 'stopped'
  /** It did not answer. */
  | 'unresponsive'
  /** It is no good any more. */
  | 'broken';

export interface ProcessContext {
  session: AgentSessionInput;
  /** A message to be prepared as soon as it can be. */
  wanted: QueuedMessage | null;
  /** The message that it was launched for, until it is ready for it. */
  launchedFor: QueuedMessage | null;
  /** The message that it works on. */
  given: QueuedMessage | null;
  /** It was dead before anybody looked. */
  isFound: boolean;
  /** The turn that is taken up is to be interrupted. */
  isInterrupting: boolean;
  /** As last told: something goes on. */
  isWorking: boolean;
  reason: LeaveReason | null;
  /** Why it is no good any more; takes the place of what its exit code says. */
  failure: Failure | null;
  code: number | null;
  /** How many died of late that nobody had asked to. */
  deaths: number;
}
