import type { ChatSummary } from '../contract/chats.ts';
import type { AgentEvent } from '../contract/agent-event.ts';
import type { EngineEventBody } from '../contract/events.ts';
import type { ChatRecord, ClockReading, LineRecord } from '../contract/records.ts';
import type { ChatEmitted, ChatSaid } from '../../machines/chat.events.ts';
import type { JournalEntry } from '../journal/event-line.ts';
import { SEQUENCE_DIGITS, formatEventId, sequenceOf } from '../journal/event-id.ts';
import { chatIdOf, foldLine } from './fold.ts';
import { durationOf } from './turn-duration.ts';

/** A line before the journal gives it an id. */
export type Entry = JournalEntry;

/** What the statechart of a chat says about itself, for its summary. */
export type ChatCondition = Pick<ChatSummary, 'state' | 'processing'> & { awaitingInput: boolean };

/** Something an agent said, with the id of the line that says it. */
export interface Delta {
  id: string;
  chatId: string;
  event: AgentEvent;
}

export interface RecorderOptions {
  /** Appends one group; returns the id of its last line. Ids of a group are consecutive. */
  append(entries: Entry[], options: { sync: boolean }): string;
  /** Told of each delta of a group once it has its id, before it is on disk. */
  onDelta(delta: Delta): void;
  now(): Date;
  /** What durations are measured by. */
  clock(): ClockReading;
  records: Map<string, ChatRecord>;
}

/** Lines that the engine may show only after the disk has them. Deltas survive a killed engine without that. */
const UNSYNCED = new Set(['chat.turn.delta', 'chat.updated', 'engine.status.changed', 'hooks.progress']);

/**
 * Turns what machines emit into groups of journal lines: the facts first, then the chat's new summary, then the engine's
 * new counters. The records are the state that snapshots show; they change here and nowhere else.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  /** Tells the engine's counters when they changed since it was last asked; set once they are known. */
  statusChange: () => EngineEventBody<'engine.status.changed'> | undefined = () => undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  get records(): ReadonlyMap<string, ChatRecord> {
    return this.#options.records;
  }

  /** Records what a chat emitted in one step, together with how it stands now. */
  recordChat(chatId: string, emitted: readonly ChatEmitted[], condition: ChatCondition): void {
    const before = this.#options.records.get(chatId);
    if (before === undefined) return;
    const ts = this.#options.now().toISOString();
    const entries = emitted.flatMap((event) => this.#toEntry(event, before));
    const after = entries.reduce<ChatRecord | undefined>(
      (record, entry) => foldLine(record, { ...entry, ts }),
      before,
    );
    const note = noteOf(emitted);
    const update = after === undefined ? undefined : summaryChange(after, condition, { ts, note, before });
    this.#commit(update === undefined ? entries : [...entries, update], ts);
  }

  /** How long the turn of a chat has run. */
  durationOf(record: ChatRecord): number {
    return durationOf(record, { at: this.#options.now(), clock: this.#options.clock() });
  }

  /** Records lines that concern no running chat: one group. */
  record(entries: Entry[]): void {
    this.#commit(entries, this.#options.now().toISOString());
  }

  #commit(facts: Entry[], ts: string): void {
    for (const fact of facts) this.#fold(fact, ts);
    const status = facts.length > 0 && facts.every(isDelta) ? undefined : this.statusChange();
    const entries = status === undefined ? facts : [...facts, status];
    if (entries.length === 0) return;
    const sync = entries.some(({ type }) => !UNSYNCED.has(type));
    const lastId = this.#options.append(entries, { sync });
    this.#reportDeltas(entries, lastId);
  }

  #toEntry(event: ChatEmitted, before: ChatRecord): Entry[] {
    switch (event.type) {
      case 'chat.updated':
        return [];
      case 'chat.said':
        return toDeltas(event);
      case 'chat.turn.started':
        if (event.record?.delivery === undefined) return [event];
        return [{ ...event, record: { ...event.record, clock: this.#options.clock() } }];
      case 'chat.turn.completed':
        return [{ ...event, payload: { ...event.payload, durationMs: this.durationOf(before) } }];
      default:
        return [event];
    }
  }

  #fold(entry: Entry, ts: string): void {
    const chatId = chatIdOf(entry);
    if (chatId === undefined) return;
    const { records } = this.#options;
    const after = foldLine(records.get(chatId), { ...entry, ts });
    if (after === undefined) records.delete(chatId);
    else records.set(chatId, after);
  }

  #reportDeltas(entries: Entry[], lastId: string): void {
    entries.forEach((entry, index) => {
      if (entry.type !== 'chat.turn.delta') return;
      const { chatId, event } = entry.payload;
      this.#options.onDelta({ id: precedingId(lastId, entries.length - 1 - index), chatId, event });
    });
  }
}

/** Ids of a group are consecutive. */
function precedingId(id: string, count: number): string {
  return formatEventId({ sequence: sequenceOf(id) - count, tag: id.slice(SEQUENCE_DIGITS + 1) });
}

function isDelta({ type }: Entry): boolean {
  return type === 'chat.turn.delta';
}

/** One line per event; the last one carries the private part. */
function toDeltas({ payload: { chatId, messageId, events }, record }: ChatSaid): Entry[] {
  const last = events.length - 1;
  return events.map((event, index) => ({
    type: 'chat.turn.delta',
    payload: { chatId, messageId, event },
    ...(index === last && record !== undefined ? { record } : {}),
  }));
}

/** The private parts of all notes of one step, as one. */
function noteOf(emitted: readonly ChatEmitted[]): LineRecord | undefined {
  const notes = emitted.flatMap((event) => (event.type === 'chat.updated' ? [event.record] : []));
  return notes.length === 0 ? undefined : Object.assign({}, ...notes);
}

interface Change {
  ts: string;
  note: LineRecord | undefined;
  before: ChatRecord;
}

function summaryChange(
  after: ChatRecord,
  condition: ChatCondition,
  { ts, note, before }: Change,
): Entry | undefined {
  const { awaitingInput: _, ...rest } = after.chat;
  const chat: ChatSummary = {
    ...rest,
    state: condition.state,
    processing: condition.processing,
    ...(condition.awaitingInput ? { awaitingInput: true } : {}),
  };
  if (note === undefined && isSame(chat, before.chat)) return undefined;
  const updated = isSame(chat, before.chat) ? chat : { ...chat, updatedAt: ts };
  return {
    type: 'chat.updated',
    payload: { chat: updated },
    ...(note === undefined ? {} : { record: note }),
  };
}

const COMPARED = [
  'title',
  'state',
  'processing',
  'awaitingInput',
  'lastMessageText',
  'lastError',
  'usage',
] as const;

/** Fields of a summary are replaced, never changed in place, so identity is equality. */
function isSame(one: ChatSummary, other: ChatSummary): boolean {
  return COMPARED.every((field) => one[field] === other[field]);
}
