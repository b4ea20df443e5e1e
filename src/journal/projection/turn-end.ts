/** What the log says of a turn that ended. */
import type { TurnCompleted } from '../../../machines/chat.events.ts';
import type { ChatRecord, ClockReading } from '../../contract/records.ts';
import type { JournalEntry as Entry } from '../event-line.ts';
import { durationOf } from './turn-duration.ts';

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
