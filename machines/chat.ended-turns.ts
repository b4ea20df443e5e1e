/** The turns of a chat that ended last: pure. */
import type { EngineEventBody } from '../src/contract/events.ts';
import type { EndedTurn } from '../src/contract/history.ts';

/** So many are remembered. */
const REMEMBERED = 50;

type TurnEnd = Omit<EngineEventBody<'chat.turn.completed'>['payload'], 'durationMs'> & {
  durationMs?: number;
};

interface EndLine {
  payload: TurnEnd;
  record?: { endedAt?: string | undefined } | undefined;
  ts?: string;
}

/** With one more, once the log says when it ended and how long it ran: a chat has no clock. */
export function withEndedTurn(
  before: EndedTurn[] | undefined,
  { payload: { messageId, outcome, usage, durationMs }, record, ts }: EndLine,
): EndedTurn[] | undefined {
  const endedAt = record?.endedAt ?? ts;
  if (endedAt === undefined || durationMs === undefined) return before;
  const ended = { messageId, outcome, ...(usage && { usage }), durationMs, endedAt };
  return [...(before ?? []).slice(1 - REMEMBERED), ended];
}
