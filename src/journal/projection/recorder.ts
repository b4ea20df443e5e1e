import { isDeepStrictEqual } from 'node:util';
import type { Used, WorkspaceLimits } from '../../contract/budget.ts';
import type { ChatSummary, UsageTotal } from '../../contract/chats.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { ChatRecord, LineRecord } from '../../contract/records.ts';
import type { ChatEmitted } from '../../../machines/chat.events.ts';
import { withEndedTurn } from '../../../machines/chat.ended-turns.ts';
import { evolve } from '../../../machines/chat.record.ts';
import type { JournalEntry } from '../event-line.ts';
import type { DeletedChats } from './deleted-chats.ts';
import { SEQUENCE_DIGITS, formatEventId, sequenceOf } from '../event-id.ts';
import { sum } from '../../../machines/chat.usage.ts';
import type { SaidBefore } from './said-before.ts';
import { usedIn, type WorkspaceBudget } from './workspace-usage.ts';
import { entriesOf, type Known, type Sayings, type Source } from './event-table.ts';

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

export interface RecorderOptions extends Known {
  /** Appends one group; returns the id of its last line. Ids of a group are consecutive. */
  append(entries: Entry[], options: { sync: boolean }): string;
  /** Told of each delta of a group once it has its id, before it is on disk. */
  onDelta(delta: Delta): void;
  records: Map<string, ChatRecord>;
  deleted: DeletedChats;
  saidBefore: SaidBefore;
  budget: WorkspaceBudget;
}

/** Lines that the engine may show only after the disk has them. Deltas survive a killed engine without that. */
const UNSYNCED = new Set([
  'chat.turn.delta',
  'chat.usage.changed',
  'chat.updated',
  'engine.status.changed',
  'hooks.progress',
]);

/**
 * Turns what is said into groups of journal lines: the facts first, then the chat's new summary, then the engine's new
 * counters. The records are what snapshots show: those of the machines, each with the summary that was told last.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  /** Tells the engine's counters when they changed since it was last asked; set once they are known. */
  countersChange: () => Sayings['counters'] | undefined = () => undefined;
  /** Told when chats have used more, or the workspace may use another amount; set once somebody wants to know. */
  onUse: (limits: WorkspaceLimits, used: () => Used) => void = () => undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  get records(): ReadonlyMap<string, ChatRecord> {
    return this.#options.records;
  }

  /** Records what a machine emitted, or a part of the engine says: one group. */
  tell<From extends Source>(source: From, said: Sayings[From]): void {
    const entries = entriesOf(source, said, this.#options);
    this.#record(entries);
    if (entries.some(({ type }) => type === 'budget.changed')) this.tellUse();
  }

  /** Records the counters, if they changed. */
  tellCounters(): void {
    const change = this.countersChange();
    if (change) this.tell('counters', change);
  }

  /** Records what a chat emitted in one step, together with how it stands now. */
  tellChat(record: ChatRecord, said: readonly ChatEmitted[], condition: ChatCondition): void {
    const { records, deleted, saidBefore } = this.#options;
    const { id } = record.chat;
    const before = records.get(id);
    if (said.length === 0 && before === record && isTold(before.chat, condition)) return;
    const emitted = said.map((one) => saidBefore.strip(one));
    const ts = this.#options.now().toISOString();
    const facts = emitted.flatMap((one) => entriesOf('chat', one, this.#options));
    const told = before?.chat ?? record.chat;
    const ended = facts.filter(isEnd);
    const chat = summaryOf(record.chat, { condition, told, ts, ranMs: durationOf(ended) });
    if (emitted.some(({ type }) => type === 'chat.deleted')) {
      records.delete(id);
      if (before !== undefined)
        deleted.note({
          ...emitted.reduce<ChatRecord>(evolve, before).chat,
          ...(chat.usage && { usage: chat.usage }),
        });
      return this.#record(facts);
    }
    const note = noteOf(emitted);
    const update: Entry = { type: 'chat.updated', payload: { chat }, ...(note && { record: note }) };
    const endedTurns = ended.reduce(withEndedTurn, before?.endedTurns);
    const isSettled = chat === record.chat && endedTurns === record.endedTurns;
    records.set(id, isSettled ? record : { ...record, chat, ...(endedTurns && { endedTurns }) });
    if (before === undefined) deleted.forget(id);
    try {
      this.#record(note === undefined && chat === told ? facts : [...facts, update]);
    } catch (error) {
      // What could not be written has not happened: its actor breaks, and begins anew from what has.
      if (before === undefined) records.delete(id);
      else records.set(id, before);
      throw error;
    }
    if (chat.usage !== told.usage) this.tellUse();
  }

  tellUse(): void {
    const { budget, records, deleted } = this.#options;
    this.onUse(budget.limits, () => usedIn(records.values(), deleted.usage));
  }

  #record(facts: Entry[]): void {
    for (const entry of facts) this.#takeIn(entry);
    const change = facts.every(isDelta) ? undefined : this.countersChange();
    const entries = [...facts, ...(change ? entriesOf('counters', change, this.#options) : [])];
    if (entries.length === 0) return;
    const sync = entries.some(({ type }) => !UNSYNCED.has(type));
    const lastId = this.#options.append(entries, { sync });
    this.#reportDeltas(entries, lastId);
  }

  #takeIn(entry: Entry): void {
    if (entry.record !== undefined) this.#options.hooks.fold(entry.record);
    if (entry.type === 'boot.changed') this.#options.boot.note(entry.payload);
    this.#options.budget.fold(entry);
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

/** Most steps of most chats change nothing that anybody sees. */
function isTold(
  { state, processing, awaitingInput = false }: ChatSummary,
  condition: ChatCondition,
): boolean {
  return (
    state === condition.state &&
    processing === condition.processing &&
    awaitingInput === condition.awaitingInput
  );
}

function isDelta({ type }: Entry): boolean {
  return type === 'chat.turn.delta';
}

/** The private parts of all notes of one step, as one. */
function noteOf(emitted: readonly ChatEmitted[]): LineRecord | undefined {
  const notes = emitted.flatMap((event) => (event.type === 'chat.updated' ? [event.record] : []));
  if (notes.length === 0) return undefined;
  const moved = notes.flatMap((note) => note.moved ?? []);
  return Object.assign({}, ...notes, moved.length === 0 ? {} : { moved });
}

interface Telling {
  condition: ChatCondition;
  /** The summary that was told last. */
  told: ChatSummary;
  ts: string;
  /** How long the turn ran that ended; undefined when none did. */
  ranMs: number | undefined;
}

/** The summary as it is to be told; the very one that was told last when nothing of it changed. */
function summaryOf(of: ChatSummary, { condition, told, ts, ranMs }: Telling): ChatSummary {
  const { awaitingInput: _, usage, ...rest } = of;
  const { awaitingInput, ...stands } = condition;
  const chat: ChatSummary = {
    ...rest,
    ...stands,
    ...(usage && { usage: timed(usage, told.usage, ranMs) }),
    ...(awaitingInput && { awaitingInput }),
    updatedAt: told.updatedAt,
  };
  return isDeepStrictEqual(chat, told) ? told : { ...chat, updatedAt: ts };
}

/** Durations are measured here: the machine of a chat has no clock. */
function timed(usage: UsageTotal, told: UsageTotal | undefined, ranMs: number | undefined): UsageTotal {
  const durationMs = sum(told?.durationMs, ranMs);
  const all = durationMs === undefined ? usage : { ...usage, durationMs };
  return told !== undefined && isDeepStrictEqual(all, told) ? told : all;
}

function durationOf(ended: readonly TurnEnd[]): number | undefined {
  return ended.reduce<number | undefined>((total, { payload }) => sum(total, payload.durationMs), undefined);
}

type TurnEnd = Extract<Entry, { type: 'chat.turn.completed' }>;

/** What was said into a turn ends with it. */
function isEnd(entry: Entry): entry is TurnEnd {
  return entry.type === 'chat.turn.completed' && entry.payload.steers === undefined;
}
