import { activityBehind, foldActivity, type Activity } from '../../../client/activity.ts';
import { withEnds, type EndedTurn } from '../../../client/ended-turns.ts';
import { durationBrief, reasonOf, sayingsOf, threadOf, usageBrief } from '../../../client/client.ts';
import type { AgentEvent, EngineClient, EngineEvent, HistoryPage } from '../../../client/client.ts';
import { WrittenText, type TaskView, type ToolResult } from '../../../client/client.ts';
import type { Entry, Item } from './entry.ts';
import { PendingMessages } from './pending-messages.ts';
import { Reading } from '../reading.ts';
import { WaitingMessages } from './waiting-messages.ts';

const MOST_ENTRIES = 2_000;
const HISTORY_EVENTS = 200;
const MOST_EVENTS = 1_000;

/** What is said in one chat: the end of its history, then whatever comes. */
export class Conversation {
  readonly chatId: string;
  readonly #client: EngineClient;
  readonly #onChange: () => void;
  #entries: Entry[] = [];
  #number = 0;
  /** Results whose tools stand in a part of the history that has not been read. */
  #strays = new Map<string, ToolResult>();
  /** Events that came while the history was being read; null once it is there. */
  #early: EngineEvent[] | null = [];
  /** Only the answer to the latest load counts. */
  #loads = 0;
  /** Turns that ended in a part of the history that has not been read, or before that. */
  #ended: readonly EndedTurn[] = [];
  /** The last event that the history holds. The stream may still be on its way there. */
  #readUntil = '';
  /** Where the part of the history before the entries ends; null when there is none. */
  #before: string | null = null;
  #readingEarlier: Promise<void> | null = null;
  #isCut = false;
  /** The events of the history that were read: from here to there. */
  #firstIndex = 0;
  #nextIndex = 0;
  #written: WrittenText;
  version = 0;
  /** What a turn that runs does; null when that is not known. */
  activity: Activity | null = null;
  readonly pending = new PendingMessages();
  readonly waiting: WaitingMessages;
  /** What runs in the background. */
  readonly tasks: Reading<readonly TaskView[]>;
  /** Why the history could not be read. */
  failure: string | null = null;

  constructor({ chatId, client, onChange }: { chatId: string; client: EngineClient; onChange: () => void }) {
    this.chatId = chatId;
    this.#client = client;
    this.#onChange = onChange;
    this.#written = new WrittenText(chatId);
    const changed = () => this.#change();
    this.waiting = new WaitingMessages({ chatId, client, onChange: changed });
    const read = () => client.chats.tasks(chatId);
    this.tasks = new Reading<readonly TaskView[]>([], { read, onChange: changed });
  }

  /** What the agent is writing, as far as it got; empty when that stands in an entry. */
  get live(): string {
    return this.#written.text;
  }

  get isLoading(): boolean {
    return this.#early !== null;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** What stands before the entries: nothing, more to read, or what was let go because it was too much. */
  get earlier(): 'none' | 'readable' | 'let go' {
    if (this.#isCut) return 'let go';
    return this.#before === null ? 'none' : 'readable';
  }

  /** Reads the end of the history anew. What is shown stays until it is there. */
  async load(): Promise<void> {
    this.#loads += 1;
    const load = this.#loads;
    this.#early ??= [];
    this.failure = null;
    this.#change();
    void this.waiting.read();
    void this.tasks.refresh();
    try {
      const page = await this.#client.chats.history(this.chatId, { limit: HISTORY_EVENTS });
      if (load === this.#loads) this.#begin(page);
    } catch (error) {
      if (load === this.#loads) this.failure = reasonOf(error);
    }
    if (load === this.#loads) this.#catchUp();
  }

  /** Reads the part of the history before the entries; one at a time, whoever asks. */
  loadEarlier(limit = HISTORY_EVENTS): Promise<void> {
    this.#readingEarlier ??= this.#readEarlier(limit).finally(() => (this.#readingEarlier = null));
    return this.#readingEarlier;
  }

  async #readEarlier(limit: number): Promise<void> {
    const before = this.#before;
    if (before === null) return;
    try {
      const page = await this.#client.chats.history(this.chatId, { limit, before });
      if (before === this.#before && !this.#isCut) this.#prepend(page);
    } catch (error) {
      if (before === this.#before) this.failure = reasonOf(error);
    }
    this.#change();
  }

  /** The entry of an event of the history, which is read as far as that; of what a sub-agent says, the one before that. */
  async reveal(index: number): Promise<Entry | null> {
    for (let read = -1; index < this.#firstIndex && read !== this.#firstIndex;) {
      read = this.#firstIndex;
      await this.loadEarlier(MOST_EVENTS);
    }
    return this.#entries.findLast(({ index: at, thread }) => at <= index && thread === null) ?? null;
  }

  /** An event of the stream, of any chat. */
  take(event: EngineEvent): void {
    if (!('chatId' in event.payload) || event.payload.chatId !== this.chatId) return;
    this.pending.take(event);
    this.waiting.take(event);
    if (event.type === 'chat.task.changed') void this.tasks.refresh();
    this.#change();
    if (this.#early === null) this.#apply(event);
    else this.#early.push(event);
  }

  /** A message is on its way from this page. */
  expect(messageId: string, text: string): void {
    this.pending.add(messageId, text);
    this.#change();
  }

  /** The connection broke: what is being written may come again. */
  break(): void {
    this.#written.break();
  }

  #begin({ events, total, lastEventId, beforeCursor, endedTurns = [] }: HistoryPage): void {
    this.#firstIndex = Math.max(0, total - events.length);
    this.#nextIndex = this.#firstIndex;
    this.#entries = [];
    this.#strays.clear();
    this.#isCut = false;
    this.#before = beforeCursor;
    this.#readUntil = lastEventId;
    this.#written = new WrittenText(this.chatId);
    this.#ended = endedTurns;
    for (const { messageId } of endedTurns) this.pending.remove(messageId);
    this.#sayAll(events);
    this.activity = activityBehind(events, null);
  }

  #catchUp(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const event of early) this.#apply(event);
    this.#change();
  }

  #prepend({ events, beforeCursor }: HistoryPage): void {
    const [later, nextIndex] = [this.#entries, this.#nextIndex];
    this.#firstIndex = Math.max(0, this.#firstIndex - events.length);
    this.#nextIndex = this.#firstIndex;
    this.#entries = [];
    this.#before = beforeCursor;
    this.#sayAll(events);
    this.#entries.push(...later);
    this.#nextIndex = nextIndex;
    const strays = [...this.#strays.values()];
    this.#strays.clear();
    for (const result of strays) this.#answer(result);
  }

  #apply(event: EngineEvent): void {
    this.activity = foldActivity(this.activity, event);
    this.#written.take(event);
    if (event.type === 'chat.turn.partial') return this.#change();
    if (event.id <= this.#readUntil) return;
    if (event.type === 'chat.turn.delta') this.#say(event.payload.event);
    if (event.type === 'chat.interrupted' && event.payload.interrupted) this.#note('interrupted', event.ts);
    if (event.type === 'chat.turn.completed' && event.payload.steers === undefined)
      this.#conclude({ ...event.payload, endedAt: event.ts });
    this.#trim();
  }

  /** Part of a history, with the ends of turns between what was said before and after them. */
  #sayAll(events: readonly AgentEvent[]): void {
    const { told, earlier } = withEnds({ events, hasMore: this.#before !== null }, this.#ended);
    this.#ended = earlier;
    for (const part of told)
      if ('endedAt' in part) this.#conclude(part);
      else this.#say(part);
  }

  #conclude({ outcome, durationMs, usage, endedAt }: Omit<EndedTurn, 'messageId'>): void {
    const end = `${outcome} after ${durationBrief(durationMs)}`;
    this.#note([end, ...usageBrief(usage)].join(' · '), endedAt);
  }

  #note(text: string, at: string): void {
    this.#add({ kind: 'notice', text }, { at, thread: null });
  }

  #say(event: AgentEvent): void {
    const place = { at: event.timestamp, thread: threadOf(event) };
    for (const saying of sayingsOf(event)) {
      if (saying.kind === 'result') this.#answer(saying);
      else this.#add(saying.kind === 'tool' ? { ...saying, result: null } : saying, place);
    }
    this.#nextIndex += 1;
  }

  #add(item: Item, place: Pick<Entry, 'at' | 'thread'>): void {
    this.#number += 1;
    const entry = { number: this.#number, version: 0, index: this.#nextIndex, ...place, item };
    this.#entries.push({ ...entry, kept: new Map() });
    this.#change();
  }

  #answer(result: ToolResult): void {
    const { toolId } = result;
    const index = this.#entries.findLastIndex(({ item }) => item.kind === 'tool' && item.id === toolId);
    const entry = this.#entries[index];
    if (entry === undefined || entry.item.kind !== 'tool') return void this.#strays.set(toolId, result);
    this.#entries[index] = { ...entry, version: entry.version + 1, item: { ...entry.item, result } };
    this.#change();
  }

  /** In bulk, so that an entry costs the same however many there are. */
  #trim(): void {
    if (this.#entries.length <= 2 * MOST_ENTRIES) return;
    this.#entries = this.#entries.slice(-MOST_ENTRIES);
    this.#strays.clear();
    this.#isCut = true;
  }

  #change(): void {
    this.version += 1;
    this.#onChange();
  }
}
