/** What one frame or command comes to, before its events have a time. */
import type { Step } from '../step.ts';
import { breaking, type Saying } from './items.ts';
import { remember } from './open-items.ts';
import { type CodexState } from './state.ts';

export interface Told extends Omit<Step<CodexState>, 'said' | 'partial'> {
  said?: readonly Saying[];
  partial?: Saying;
}

/** What comes of it, and of what follows from that. */
export function andThen(told: Told, next: (state: CodexState) => Told): Told {
  const then = next(told.state);
  return {
    ...told,
    ...then,
    lines: [...(told.lines ?? []), ...(then.lines ?? [])],
    said: [...(told.said ?? []), ...(then.said ?? [])],
    steered: [...(told.steered ?? []), ...(then.steered ?? [])],
  };
}

export function timed({ said = [], partial, ...rest }: Told, now: Date): Step<CodexState> {
  const timestamp = now.toISOString();
  return {
    ...rest,
    said: said.map((saying) => ({ timestamp, ...saying })),
    ...(partial === undefined ? {} : { partial: { timestamp, ...partial } }),
  };
}

/** What a sub-agent says is marked with its thread. */
export function ofThread(
  { threadId: own }: CodexState,
  threadId: string,
  said: readonly Saying[],
): readonly Saying[] {
  if (threadId === own) return said;
  return said.map(({ type, payload }) => ({ type, payload: { ...payload, agent_thread_id: threadId } }));
}

/** Closes what the agent left open, in one thread or, without one, in all of them. */
export function closeItems(state: CodexState, threadId?: string): Told {
  const isLeft = (candidate: string) => threadId !== undefined && candidate !== threadId;
  const dangling = state.openItems.filter((open) => !isLeft(open.threadId));
  const closed = dangling.reduce((known, open) => remember(known, open), state.closed);
  const said = dangling.flatMap((open) => ofThread(state, open.threadId, breaking(open.item, open.text)));
  const openItems = state.openItems.filter((open) => isLeft(open.threadId));
  return { state: { ...state, openItems, closed }, said };
}
