/** The words a chat is spoken to with, and the words it speaks. */
import type { AgentEvent } from '../src/contract/agent-event.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../src/contract/facts.ts';
import type { EngineEventBody, TurnOutcome } from '../src/contract/events.ts';
import type { Delivery, LineRecord, QueuedMessage, Recorded, Steered } from '../src/contract/records.ts';
import type { AgentRequest, Answer } from '../src/contract/requests.ts';

export type ChatEvent =
  | { type: 'message.submit'; message: QueuedMessage }
  | { type: 'message.steer'; message: QueuedMessage }
  | { type: 'message.withdraw'; messageId: string }
  | { type: 'queue.clear' }
  | { type: 'queue.reorder'; messageId: string; position: number }
  | { type: 'turn.interrupt'; clearQueue: boolean }
  | { type: 'request.answer'; requestId: string; answer: Answer }
  | { type: 'turns.hold' }
  | { type: 'turns.release' }
  | { type: 'chat.delete' }
  | { type: 'chat.shutdown' }
  | AgentFact;

/** Why the agent was asked to stop; decides what the end of its turn is called. */
export type StopReason = 'user' | 'silent' | 'unresponsive' | 'superseded' | 'shutdown' | 'deleted';

/** A message that was said into a turn; `isWritten` once the agent may have read it. */
export interface Spoken extends Steered {
  isWritten: boolean;
}

export interface ChatContext {
  chatId: string;
  session: AgentSessionInput;
  /** False while the workspace boots, the disk is full or the engine drains: messages wait. */
  mayStart: boolean;
  queue: QueuedMessage[];
  /** The message that is prepared or runs; null at rest and while the agent works by itself. */
  current: QueuedMessage | null;
  /** How `current` reached the agent; null until it started. */
  delivery: Delivery | null;
  /** Messages that were said into the turn of `current`. */
  steered: Spoken[];
  requests: AgentRequest[];
  openTools: number;
  /** The agent works without a message: a sub-agent, or a turn it started by itself. */
  selfDirected: boolean;
  stopReason: StopReason | null;
  /** The message that took the place of an answer and runs once the turn has ended; null when there is none. */
  successor: string | null;
  lastOutcome: TurnOutcome | null;
}

export interface ChatInput {
  session: AgentSessionInput;
  mayStart: boolean;
  queue: QueuedMessage[];
  steered?: Spoken[];
  interrupting: boolean;
  selfDirected: boolean;
  errored: boolean;
}

/** `durationMs` is added where the clock is. */
export type TurnCompleted = {
  type: 'chat.turn.completed';
  payload: Omit<EngineEventBody<'chat.turn.completed'>['payload'], 'durationMs'>;
  record?: LineRecord;
};

/** What an agent said in one step: a `chat.turn.delta` for each event, the last of them with the private part. */
export type ChatSaid = {
  type: 'chat.said';
  payload: { chatId: string; messageId: string | null; events: AgentEvent[] };
  record?: LineRecord;
};

/** A line whose public part is the chat's summary as it will stand; only its private part comes from here. */
export type ChatNote = { type: 'chat.updated'; record: LineRecord };

export type ChatEmitted =
  | Recorded<
      | 'chat.turn.accepted'
      | 'chat.turn.started'
      | 'chat.turn.progress'
      | 'chat.interrupted'
      | 'chat.message.dropped'
      | 'chat.request.opened'
      | 'chat.request.closed'
      | 'chat.deleted'
    >
  | TurnCompleted
  | ChatSaid
  | ChatNote;

export type AgentSessionCommand = AgentCommand;
