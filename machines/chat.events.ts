/** The words a chat is spoken to with, and the words it speaks. */
import type { AgentEvent } from '../src/contract/agent-event.ts';
import type { Spent } from '../src/contract/budget.ts';
import type { ChatChange, Failure } from '../src/contract/chats.ts';
import type { AgentFact } from '../src/contract/facts.ts';
import type { EngineEventBody, TurnOutcome } from '../src/contract/events.ts';
import type { ChatRecord, LineRecord, QueuedMessage, Recorded } from '../src/contract/records.ts';
import type { Answer } from '../src/contract/requests.ts';

export type ChatEvent =
  | { type: 'message.submit'; message: QueuedMessage }
  | { type: 'message.steer'; message: QueuedMessage }
  | { type: 'message.withdraw'; messageId: string }
  | { type: 'queue.clear' }
  | { type: 'queue.reorder'; messageId: string; position: number }
  | { type: 'turn.interrupt'; clearQueue: boolean }
  | { type: 'request.answer'; requestId: string; answer: Answer }
  | { type: 'task.stop'; taskId: string }
  | { type: 'turns.hold' }
  | { type: 'turns.release' }
  /** Null: there is room in the budget of the workspace again. */
  | { type: 'workspace.spent'; spent: Spent | null }
  | { type: 'chat.configure'; change: ChatChange }
  | { type: 'chat.delete' }
  | { type: 'chat.shutdown' }
  /** The chat has no clock of its own. */
  | { type: 'clock.read'; at: string }
  | AgentFact;

/** Why the agent was asked to stop; decides what the end of its turn is called. */
export type StopReason =
  'user' | 'silent' | 'unresponsive' | 'budget' | 'superseded' | 'shutdown' | 'deleted';

/** Where a chat comes from. */
export type ChatOrigin =
  | { kind: 'created' }
  | { kind: 'restored' }
  /** Its home was restored on another machine: what ran there does not run here. */
  | { kind: 'moved' }
  /** Its home is a copy: what ran and waited there belongs to the original. */
  | { kind: 'copied' }
  /** It failed too often: no agent serves it any more. */
  | { kind: 'givenUp'; reason: string };

export interface ChatInput {
  /** All that is known of the chat; changed by what the chat says, and by nothing else. */
  record: ChatRecord;
  origin: ChatOrigin;
  /** False while the workspace boots, the disk is full or the engine drains: messages wait. */
  mayStart: boolean;
  /** All that the workspace may use is used. */
  spent: Spent | null;
}

export interface ChatContext extends ChatInput {
  /** The message at the head of the queue while its agent works out how to hand it over. */
  preparing: QueuedMessage | null;
  /** What was said into the turn, as long as its agent cannot have read it. */
  unwritten: string[];
  openTools: number;
  stopReason: StopReason | null;
  /** The message that took the place of an answer and runs once the turn has ended; null when there is none. */
  successor: string | null;
  lastOutcome: TurnOutcome | null;
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

/** A line whose public part is the chat's summary as it will stand; only what it adds to the record comes from here. */
export type ChatNote = {
  type: 'chat.updated';
  record: LineRecord;
  lastError?: Failure;
  change?: ChatChange;
};

export type ChatEmitted =
  | Recorded<
      | 'chat.created'
      | 'chat.turn.accepted'
      | 'chat.turn.started'
      | 'chat.turn.progress'
      | 'chat.usage.changed'
      | 'chat.interrupted'
      | 'chat.message.dropped'
      | 'chat.request.opened'
      | 'chat.request.closed'
      | 'chat.task.changed'
      | 'chat.deleted'
    >
  | TurnCompleted
  | ChatSaid
  | ChatNote;
