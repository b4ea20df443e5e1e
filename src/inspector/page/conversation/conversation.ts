import { WrittenText, type AgentEvent, type EngineClient, type EngineEvent } from '../../../client/client.ts';
import { acpChanges } from './acp-items.ts';
import { claudeChanges } from './claude-items.ts';
import { codexChanges } from './codex-items.ts';
import { textOf, type Change, type Item, type ToolItem } from './items.ts';

/** An item in its place. `version` changes with it. */
export interface Entry {
  number: number;
  version: number;
  item: Item;
}

const MOST_ENTRIES = 400;
const HISTORY_EVENTS = 200;
const LIVE_CHARACTERS = 6_000;

/** What is said in one chat: the end of its history, then whatever comes. */
export class Conversation {
  readonly chatId: string;
  readonly #client: EngineClient;
  readonly #onChange: () => void;
  #entries: Entry[] = [];
  #number = 0;
  /** Events that came while the history was being read; null once it is there. */
  #early: EngineEvent[] | null = [];
  #written: WrittenText;
  version = 0;

  constructor({ chatId, client, onChange }: { chatId: string; client: EngineClient; onChange: () => void }) {
    this.chatId = chatId;
    this.#client = client;
    this.#onChange = onChange;
    this.#written = new WrittenText(chatId);
  }

  /** What the agent is writing, as far as it got; empty when that stands in an entry. */
  get live(): string {
    return this.#written.text.slice(-LIVE_CHARACTERS);
  }

  get isLoading(): boolean {
    return this.#early !== null;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Reads the history anew. */
  async load(): Promise<void> {
    this.#early = [];
    const page = await this.#client.chats.history(this.chatId, { limit: HISTORY_EVENTS }).catch(() => null);
    const early = this.#early;
    this.#early = null;
    this.#entries = [];
    this.#written = new WrittenText(this.chatId);
    for (const event of page?.events ?? []) this.#say(event);
    for (const event of early) if (page === null || event.id > page.lastEventId) this.#apply(event);
    this.#onChange();
  }

  /** An event of the stream, of any chat. */
  take(event: EngineEvent): void {
    if (!('chatId' in event.payload) || event.payload.chatId !== this.chatId) return;
    if (this.#early === null) this.#apply(event);
    else this.#early.push(event);
  }

  /** The connection broke: what is being written may come again. */
  break(): void {
    this.#written.break();
  }

  #apply(event: EngineEvent): void {
    this.#written.take(event);
    if (event.type === 'chat.turn.partial') this.version += 1;
    if (event.type === 'chat.turn.delta') this.#say(event.payload.event);
    if (event.type === 'chat.interrupted' && event.payload.interrupted) this.#note('interrupted');
    if (event.type === 'chat.turn.completed') this.#conclude(event.payload);
  }

  #conclude({
    outcome,
    error,
    durationMs,
  }: Extract<EngineEvent, { type: 'chat.turn.completed' }>['payload']): void {
    const took = `${(durationMs / 1000).toFixed(1)} s`;
    if (error !== undefined) this.#add({ kind: 'failure', text: `${error.message} (${error.code})` });
    this.#note(`${outcome} after ${took}`);
  }

  #note(text: string): void {
    this.#add({ kind: 'note', text });
  }

  #say(event: AgentEvent): void {
    for (const change of changesOf(event)) {
      if ('add' in change) this.#add(change.add);
      else this.#answer(change.result);
    }
  }

  #add(item: Item): void {
    if (item.kind !== 'tool' && item.text.trim() === '') return;
    this.#number += 1;
    this.version += 1;
    this.#entries.push({ number: this.#number, version: 0, item });
    if (this.#entries.length > 2 * MOST_ENTRIES) this.#entries = this.#entries.slice(-MOST_ENTRIES);
  }

  #answer({ id, text, isFailed, diff }: Extract<Change, { result: object }>['result']): void {
    const index = this.#entries.findLastIndex(({ item }) => item.kind === 'tool' && item.id === id);
    const entry = this.#entries[index];
    if (entry === undefined || entry.item.kind !== 'tool') return;
    const item: ToolItem = { ...entry.item, result: text, isFailed, diff: diff ?? entry.item.diff };
    this.version += 1;
    this.#entries[index] = { ...entry, version: entry.version + 1, item };
  }
}

function changesOf(event: AgentEvent): Change[] {
  if (event.type === 'session-gap')
    return [{ add: { kind: 'note', text: textOf(event.payload['message']) } }];
  if (event.type.startsWith('claude-')) return claudeChanges(event);
  return event.type.startsWith('acp-') ? acpChanges(event) : codexChanges(event);
}
