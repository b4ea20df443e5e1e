import type { AgentEvent, HistoryPage } from '../../../client/client.ts';

export type EndedTurn = NonNullable<HistoryPage['endedTurns']>[number];

/** What was said, with the ends of turns between what was said before and after them. */
export function* inOrder(
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
