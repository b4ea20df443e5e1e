/** The words that the process of a chat's agent is spoken to with, and the words it speaks. */
import type { Failure } from '../src/contract/chats.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../src/contract/facts.ts';
import type { Delivery, QueuedMessage } from '../src/contract/records.ts';

/** What a chat says to it. */
export type ProcessCommand = AgentCommand;

/** What its hands and the operating system say. */
export type ProcessFact =
  /** What an earlier engine left, and the message that it was given, if that has not ended. */
  | { type: 'process.found'; is: 'absent' | 'ended' | 'running'; message: QueuedMessage | null }
  | { type: 'process.launched' }
  /** A step of a preparation was taken; the next one waits for the agent. */
  | { type: 'process.advanced' }
  | { type: 'process.prepared'; messageId: string; delivery: Delivery }
  /** It cannot be launched, or cannot take the message. */
  | { type: 'process.failed'; failure: Failure }
  /** Another process has to take the message: its program, environment, login or session changed, or it printed too much. */
  | { type: 'process.unfit' }
  /** Nothing goes on, not even in the background. */
  | { type: 'process.rested' }
  /** Something goes on: a message, a sub-agent, a wake-up. */
  | { type: 'process.worked' }
  /** The message that it was given has ended, and the chat was told. */
  | { type: 'turn.ended' }
  /** Whether silence means something: no tool is open, and nobody is asked. */
  | { type: 'process.excused'; isExcused: boolean }
  /** It printed something; told at most once in a while. */
  | { type: 'process.stirred' }
  | { type: 'process.answered' }
  /** A line that cannot be what the agent printed. */
  | { type: 'process.damaged' }
  /** Its turn is to be carried on by another process. */
  | { type: 'process.replaced' }
  | { type: 'process.exited'; code: number | null }
  /** Its end was dealt with: all it printed was told, nothing that it started is left. */
  | { type: 'process.buried'; becomes: 'ended' | 'again' | 'cutOff' | 'rested'; failure: Failure }
  /** A death is so long ago that it does not count any more. */
  | { type: 'death.forgotten' }
  /** There is no room for all that live; declined unless it rests. */
  | { type: 'process.retire' };

export type ProcessEvent = ProcessCommand | ProcessFact;

/** What it says to its chat by itself; what the agent said is told by its hands. */
export type ProcessTold = Extract<
  AgentFact,
  { type: 'turn.prepared' | 'agent.exited' | 'agent.silent' | 'steer.refused' }
>;

/** What its hands are asked to do. Each is answered by a fact, but for those that only write or signal. */
export type ProcessOrder =
  | { type: 'attach' }
  | { type: 'launch'; message: QueuedMessage }
  | { type: 'abortLaunch' }
  | { type: 'greet' }
  | { type: 'prepare'; message: QueuedMessage }
  | { type: 'release' }
  | Extract<AgentCommand, { type: 'agent.deliver' | 'agent.steer' | 'agent.answer' }>
  | { type: 'ping' }
  | { type: 'interrupt' }
  | { type: 'sayRested' }
  | { type: 'leave' }
  | { type: 'terminate' }
  | { type: 'kill' }
  | { type: 'rest' }
  | { type: 'work' }
  | { type: 'bury'; code: number | null; isAsked: boolean; isWatched: boolean };

export interface ProcessInput {
  chat: AgentSessionInput;
  /** It knows a word by which it leaves in good order. */
  leaves: boolean;
  title: string;
}
