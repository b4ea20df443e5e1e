/** What one frame comes to. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { TurnProgress } from '../../contract/events.ts';
import type { TurnEnd } from '../../contract/facts.ts';
import type { RequestId } from '../json-rpc.ts';
import { breaking, type Saying } from './items.ts';
import type { FrameOf } from './protocol.ts';
import { remember, type CodexState, type ProposedPlan } from './state.ts';

export type Signal =
  /** The server asks something; it waits for an answer. */
  | { kind: 'asked'; request: FrameOf<'request'> }
  /** The server no longer waits for an answer. */
  | { kind: 'resolved'; requestId: RequestId }
  /** A plan was proposed and waits for a decision. */
  | { kind: 'planned' };

export interface Translation {
  state: CodexState;
  events: AgentEvent[];
  /** A token-level delta, shown live and not kept. */
  partial?: AgentEvent;
  signal?: Signal;
  /** A sign of life that is no event. */
  isStirring?: boolean;
  /** The model keeps the agent waiting. */
  progress?: TurnProgress;
  /** A plan, complete: to be kept. */
  plan?: ProposedPlan;
  /** Set by the frame that ends the turn of our message; `state.turn` and open items are left to `conclude`. */
  end?: TurnEnd;
}

/** A translation whose events have no time yet. */
export interface Step extends Omit<Translation, 'events' | 'partial'> {
  said?: Saying[];
  partial?: Saying;
}

/** What a sub-agent says is marked with its thread. */
export function ofThread({ threadId: own }: CodexState, threadId: string, said: Saying[]): Saying[] {
  if (threadId === own) return said;
  return said.map(({ type, payload }) => ({ type, payload: { ...payload, agent_thread_id: threadId } }));
}

/** Closes what the agent left open, in the thread of the chat or, without one, in all of its threads. */
export function closeItems(
  state: CodexState,
  { threadId, now }: { threadId?: string; now: Date },
): { state: CodexState; events: AgentEvent[] } {
  const isLeft = (candidate: string) => threadId !== undefined && candidate !== threadId;
  const dangling = state.openItems.filter((open) => !isLeft(open.threadId));
  const closed = dangling.reduce((known, open) => remember(known, open), state.closed);
  const events = dangling
    .flatMap((open) => ofThread(state, open.threadId, breaking(open.item, open.text)))
    .map((saying) => ({ timestamp: now.toISOString(), ...saying }));
  const openItems = state.openItems.filter((open) => isLeft(open.threadId));
  return { state: { ...state, openItems, closed }, events };
}
