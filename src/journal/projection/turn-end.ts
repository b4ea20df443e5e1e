/** What the log says of a turn that ended. */
import type { TurnCompleted } from '../../../machines/chat.events.ts';
import type { ChatRecord, ClockReading } from '../../contract/records.ts';
import type { JournalEntry as Entry } from '../event-line.ts';

interface Known {
  now(): Date;
  clock(): ClockReading;
  records: ReadonlyMap<string, ChatRecord>;
}

/** Why it came to nothing is an event of its chat too: so it stands in the history. */
export function endOf(said: TurnCompleted, known: Known): Entry[] {
  const chat = known.records.get(said.payload.chatId);
  const now = { at: known.now(), clock: known.clock() };
  const durationMs = chat === undefined ? 0 : durationOf(chat, now);
  const record = { ...said.record, endedAt: now.at.toISOString() };
  return [...reasonOf(said, now.at), { ...said, payload: { ...said.payload, durationMs }, record }];
}

function reasonOf({ payload }: TurnCompleted, now: Date): Entry[] {
  const { chatId, messageId, outcome, error } = payload;
  if (error === undefined) return [];
  const event = { timestamp: now.toISOString(), type: 'turn-end', payload: { outcome, ...error } };
  return [{ type: 'chat.turn.delta', payload: { chatId, messageId, event } }];
}

/**
 * How long the turn of a chat has run: by the machine's monotonic clock, which goes on while no engine runs; by the wall
 * clock if the machine was booted since.
 */
function durationOf({ turn }: ChatRecord, now: { at: Date; clock: ClockReading }): number {
  if (turn === null) return 0;
  const { clock, startedAt } = turn;
  const isComparable = clock?.bootId === now.clock.bootId;
  const durationMs = isComparable ? now.clock.ms - clock.ms : now.at.getTime() - Date.parse(startedAt);
  return Math.max(0, durationMs);
}

/** The clock of this boot of the machine. */
export function monotonicClock(bootId: string): () => ClockReading {
  return () => ({ bootId, ms: Number(process.hrtime.bigint() / 1_000_000n) });
}
