/** What passes between a chat and its agent: commands one way, facts the other. In memory only, so plain types. */
import type { AgentEvent } from './agent-event.ts';
import type { Failure, Policy, Usage } from './chats.ts';
import type { TurnOutcome, TurnProgress } from './events.ts';
import type { ClockReading, Delivery, Position, QueuedMessage, SessionMark, TurnRecord } from './records.ts';
import type { AgentRequest, Answer } from './requests.ts';
import type { TaskRecord } from './tasks.ts';

export interface TurnEnd {
  outcome: TurnOutcome;
  error?: Failure;
}

/** What an agent's session reports. Each fact is one cause: what it changes is committed in one piece. */
export type AgentFact =
  /** The message can be handed over like this. Nothing was launched or written yet. */
  | { type: 'turn.prepared'; messageId: string; delivery: Delivery; at: string; clock: ClockReading }
  /** The agent printed lines, read together. `messageId` is null for turns that the agent starts by itself. */
  | {
      type: 'agent.said';
      messageId: string | null;
      events: AgentEvent[];
      position: Position | null;
      /** Tools that are open after them: an agent waiting for a tool is not silent. */
      openTools: number;
      /** What was used of models since that was last said. */
      spent?: Usage;
      /** Set when the last line (or the silence after it) ends the turn `messageId`. */
      end?: TurnEnd;
      /** Set when the last line shows that the agent works by itself (true) or has come to rest (false). */
      selfDirected?: boolean;
      /** Set when something changed in what it runs beside its turns: all that it knows of. */
      tasks?: readonly TaskRecord[];
      /** Set when the native session got another id. */
      sessionId?: string;
      /** Set at the end of a turn: up to where the native session is known. */
      sessionMark?: SessionMark;
    }
  /** The agent's model keeps it waiting. */
  | { type: 'agent.waits'; messageId: string | null; progress: TurnProgress; position: Position | null }
  /** The agent answered a ping. */
  | { type: 'agent.answered' }
  /** The agent printed something that is no event (a token, a notice). Told at most once in ten seconds. */
  | { type: 'agent.stirred' }
  | { type: 'request.opened'; request: AgentRequest; position: Position | null }
  /** The agent no longer waits for this request. */
  | { type: 'request.withdrawn'; requestId: string; position: Position | null }
  /** The message that is said into the running turn is about to be written: the agent may read it from now on. */
  | { type: 'steer.written'; messageId: string }
  /** The message that was said into the running turn is part of it. */
  | { type: 'steer.taken'; messageId: string; position: Position | null }
  /** It came too late, and the agent knows nothing of it. */
  | { type: 'steer.refused'; messageId: string; position: Position | null }
  /** The agent's process is gone, everything it printed was reported, nothing of its open tools is left. */
  | { type: 'agent.exited'; failure: Failure };

/** What a chat asks of its agent. Every effect waits for the commit of what the chat announced before it. */
export type AgentCommand =
  /** Work out how to hand over `message`; answered by `turn.prepared`, or by `agent.exited` with the reason. */
  | { type: 'agent.prepare'; message: QueuedMessage }
  /** Forget what was to be prepared. */
  | { type: 'agent.abandon' }
  | { type: 'agent.deliver'; message: QueuedMessage; delivery: Delivery }
  /**
   * Say `message` into the running turn; answered by `steer.written`, then by `steer.taken` or `steer.refused`. What is
   * not written when the turn ends or is told to end is not written any more: the chat queues it.
   */
  | { type: 'agent.steer'; message: QueuedMessage }
  | { type: 'agent.interrupt' }
  | { type: 'agent.ping' }
  /** `unanswered` tells why nobody answered: `answer` then stands in for one. */
  | {
      type: 'agent.answer';
      request: AgentRequest;
      answer: Answer;
      unanswered?: 'superseded' | 'expired';
    }
  /** End what runs beside the turns; that it has ended is told by `agent.said`. */
  | { type: 'agent.stopTask'; taskId: string }
  /** End the process in good order: interrupt, then leave. Answered by `agent.exited`, at once when none runs. */
  | { type: 'agent.stop' }
  /** SIGKILL to the process and to what its open tools run. */
  | { type: 'agent.kill' };

/** Where a session takes up: a new chat, an idle one, or one in the middle of a turn. */
export interface AgentSessionInput {
  chatId: string;
  provider: string;
  policy: Policy;
  sessionId: string | null;
  position: Position | null;
  turn: TurnRecord | null;
  requests: AgentRequest[];
  /** Messages for the running turn of which nobody knows whether they reached it; none when left out. */
  steering?: QueuedMessage[];
  /** Up to where the native session is known, and the ids of the turns that were asked for, the latest last. */
  sessionMark?: SessionMark;
  turnIds?: string[];
  /** What ran beside the turns as of `position`; none when left out. */
  tasks?: readonly TaskRecord[];
  /** Whether the agent was last said to work by itself; left out when that is not known. */
  selfDirected?: boolean;
  /** The chat was given up: no agent is to serve it. */
  isGivenUp?: boolean;
}
