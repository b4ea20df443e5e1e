import type { AgentEvent } from '../contract/agent-event.ts';
import type { EndedTurn } from '../contract/history.ts';

export type { EndedTurn } from '../contract/history.ts';

interface Part {
  events: readonly AgentEvent[];
  /** Whether anything was said before it. */
  hasMore: boolean;
}

/** Part of a history with the ends of turns between what was said before and after them, and those that ended earlier. */
export function withEnds(
  { events, hasMore }: Part,
  ended: readonly EndedTurn[],
): { told: (AgentEvent | EndedTurn)[]; earlier: EndedTurn[] } {
  const begun = hasMore ? (events[0]?.timestamp ?? '') : '';
  const within = ended.filter(({ endedAt }) => endedAt >= begun);
  return { told: [...inOrder(events, within)], earlier: ended.filter(({ endedAt }) => endedAt < begun) };
}

function* inOrder(
  events: readonly AgentEvent[],
  ended: readonly EndedTurn[],
): Generator<AgentEvent | EndedTurn> {
  let told = 0;
  for (const event of events) {
    for (let turn = ended[told]; turn && turn.endedAt < event.timestamp; turn = ended[told]) {
      yield turn;
      told += 1;
    }
    yield event;
  }
  yield* ended.slice(told);
}
