import { randomUUID } from 'node:crypto';
import { waitFor } from 'xstate';
import type { EngineCommand } from '../../machines/engine.events.ts';
import { openRequestsOf } from '../../machines/chat.context.ts';
import { createRecord } from '../../machines/chat.record.ts';
import type { ChatActor } from '../journal/record-actors.ts';
import type { ChatList, ChatSummary, CreateChat, UpdateChat } from '../contract/chats.ts';
import type { SearchQuery, SearchResults } from '../contract/search.ts';
import type { HistoryQuery } from '../contract/messages.ts';
import type { ChatRecord } from '../contract/records.ts';
import type { AgentRequest, Answer } from '../contract/requests.ts';
import { EngineError } from '../errors.ts';
import type { DeletedChats } from '../journal/projection/deleted-chats.ts';
import { search, type Words } from '../journal/projection/search.ts';
import { HistoryCursorError } from '../journal/projection/history-page.ts';
import type { History } from '../journal/projection/history.ts';
import { checkAnswer } from './check-answer.ts';
import type { Gate } from './gate.ts';
import { repairAnswer, repairText } from './repair.ts';

export interface ChatCommandsOptions {
  gate: Gate;
  chatOf: (chatId: string) => ChatActor | undefined;
  history: History;
  deleted: Pick<DeletedChats, 'all'>;
  /** Titles of the agents, by provider. */
  titles: ReadonlyMap<string, string>;
  /** What events say, for people. */
  words: Words;
  send(command: EngineCommand): void;
}

/** How long a search may take, in milliseconds. */
const SEARCH_MS = 3_000;

export interface ChatFilter {
  parentChatId?: string | undefined;
}

/** What can be done with chats as a whole. */
export class ChatCommands {
  readonly #options: ChatCommandsOptions;
  /** Chats that are being removed. */
  readonly #leaving = new Set<string>();

  constructor(options: ChatCommandsOptions) {
    this.#options = options;
  }

  async list(filter: ChatFilter = {}): Promise<ChatList> {
    const { parentChatId } = filter;
    const { gate, deleted } = this.#options;
    const all = [...gate.records.values()]
      .map(({ chat }) => chat)
      .toSorted((one, other) => (one.createdAt < other.createdAt ? -1 : 1));
    const isWanted = (chat: ChatSummary) => parentChatId === undefined || chat.parentChatId === parentChatId;
    const deletedChats = deleted.all.filter(isWanted);
    return gate.snapshot({
      chats: all.filter(isWanted),
      ...(deletedChats.length > 0 && { deletedChats }),
    });
  }

  async get(chatId: string): Promise<{ chat: ChatSummary; lastEventId: string }> {
    const { gate } = this.#options;
    const { chat } = gate.recordOf(chatId);
    return gate.snapshot({ chat });
  }

  /** The same `id` or `clientRequestId` again gives the same chat. */
  async create(request: CreateChat): Promise<{ chat: ChatSummary; created: boolean }> {
    const { gate } = this.#options;
    const existing = this.#findExisting(request);
    if (existing !== undefined) return gate.committed({ chat: existing.chat, created: false });
    gate.refuseNewWork();
    const chat = this.#draft(request);
    this.#options.send(creationOf(chat, request));
    return gate.committed({ chat: gate.recordOf(chat.id).chat, created: true });
  }

  async update(
    chatId: string,
    { title, model, thinkingLevel, policy, budget }: UpdateChat,
  ): Promise<ChatSummary> {
    const { gate } = this.#options;
    const actor = gate.actorOf(chatId);
    gate.refuseNewWork();
    const change = {
      ...(title !== undefined && { title: repairText(title) }),
      ...(model !== undefined && { model: model && repairText(model) }),
      ...(thinkingLevel !== undefined && { thinkingLevel }),
      ...(policy !== undefined && { policy }),
      ...(budget !== undefined && { budget }),
    };
    actor.send({ type: 'chat.configure', change });
    return gate.committed(gate.recordOf(chatId).chat);
  }

  /** Its sub-chats go first, and nobody opens one meanwhile; resolves when it is gone. */
  async remove(chatId: string): Promise<void> {
    const { gate } = this.#options;
    gate.recordOf(chatId);
    this.#leaving.add(chatId);
    try {
      for (const child of this.#childrenOf(chatId)) await this.remove(child);
      if (gate.records.has(chatId)) await this.#removeAlone(chatId);
    } finally {
      this.#leaving.delete(chatId);
    }
  }

  /** A running turn is stopped first; resolves when its process is gone. */
  async #removeAlone(chatId: string): Promise<void> {
    const { gate, chatOf, history } = this.#options;
    const actor = chatOf(chatId) ?? gate.actorOf(chatId);
    actor.send({ type: 'chat.delete' });
    await waitFor(actor, ({ status }) => status === 'done');
    if (gate.records.has(chatId)) throw new EngineError('SHUTTING_DOWN');
    await gate.committed(undefined);
    await history.remove(chatId);
  }

  async requests(chatId: string): Promise<AgentRequest[]> {
    const { gate } = this.#options;
    return gate.read(openRequestsOf(gate.recordOf(chatId)));
  }

  async answer(chatId: string, requestId: string, answer: Answer): Promise<void> {
    const { gate } = this.#options;
    const request = openRequestsOf(gate.recordOf(chatId)).find(({ id }) => id === requestId);
    if (request === undefined) throw new EngineError('REQUEST_NOT_FOUND', { chatId, requestId });
    checkAnswer(answer, request, gate.recordOf(chatId).chat);
    gate.actorOf(chatId).send({ type: 'request.answer', requestId, answer: repairAnswer(answer) });
    if (request.scope === 'workspace' && answer.decision === 'allow')
      this.#options.send({ type: 'budget.raise', to: answer.budget });
    await gate.committed(undefined);
  }

  async history(chatId: string, query: HistoryQuery) {
    const { gate, history } = this.#options;
    const { sessionId, chat, senders = [], endedTurns = [] } = gate.recordOf(chatId);
    const lastEventId = await gate.read(gate.headId);
    const page = await history.page(chatId, query).catch(refuseForeignCursor);
    return { ...page, threadId: sessionId, codingAgent: chat.provider, senders, endedTurns, lastEventId };
  }

  /** In the chats that were used last first. */
  async search({ q, limit, chatId }: SearchQuery): Promise<SearchResults> {
    const { gate, history, words } = this.#options;
    const records = chatId === undefined ? [...gate.records.values()] : [gate.recordOf(chatId)];
    await gate.read(undefined);
    const chats = records
      .toSorted(({ chat: one }, { chat: other }) => (one.updatedAt < other.updatedAt ? 1 : -1))
      .map(({ chat: { id, title } }) => ({ chatId: id, title, file: () => history.fileOf(id) }));
    return search({ chats, q, limit, words, deadlineMs: SEARCH_MS });
  }

  #findExisting({ id, clientRequestId }: CreateChat): ChatRecord | undefined {
    const { records } = this.#options.gate;
    const byId = id === undefined ? undefined : records.get(id);
    if (byId !== undefined || clientRequestId === undefined) return byId;
    return [...records.values()].find((record) => record.clientRequestId === clientRequestId);
  }

  #childrenOf(chatId: string): string[] {
    const chats = [...this.#options.gate.records.values()].map(({ chat }) => chat);
    return chats.filter(({ parentChatId }) => parentChatId === chatId).map(({ id }) => id);
  }

  /** Chats that nobody has named yet are told from each other by a number. */
  #freeTitle(agentTitle: string): string {
    const taken = new Set([...this.#options.gate.records.values()].map(({ chat }) => chat.title));
    let title = agentTitle;
    for (let number = 2; taken.has(title); number += 1) title = `${agentTitle} ${number}`;
    return title;
  }

  #draft({ provider, title, id, parentChatId, createdAt }: CreateChat): ChatSummary {
    const { titles, gate } = this.#options;
    const agentTitle = titles.get(provider);
    if (agentTitle === undefined)
      throw new EngineError('UNKNOWN_PROVIDER', { provider, known: [...titles.keys()] });
    if (parentChatId !== undefined && (!gate.records.has(parentChatId) || this.#leaving.has(parentChatId)))
      throw new EngineError('PARENT_NOT_FOUND', { parentChatId });
    return draftChat({
      provider,
      id: id ?? randomUUID(),
      title: repairText(title ?? this.#freeTitle(agentTitle)),
      parentChatId: parentChatId ?? null,
      ...(createdAt !== undefined && { createdAt: new Date(createdAt).toISOString() }),
    });
  }
}

function refuseForeignCursor(error: unknown): never {
  if (!(error instanceof HistoryCursorError)) throw error;
  const issues = [{ path: 'before', message: 'is no beforeCursor of this chat' }];
  throw new EngineError('VALIDATION_FAILED', { issues }, { cause: error });
}

/** A chat that was never used. */
export function draftChat({
  createdAt = new Date().toISOString(),
  ...chat
}: Pick<ChatSummary, 'id' | 'provider' | 'title' | 'parentChatId'> & { createdAt?: string }): ChatSummary {
  return { ...chat, createdAt, updatedAt: createdAt, processing: false, state: 'idle' };
}

export function creationOf(
  chat: ChatSummary,
  { policy = 'bypass', clientRequestId, title, budget }: Partial<CreateChat>,
): EngineCommand {
  const shown = { ...chat, ...(policy !== 'bypass' && { policy }), ...(budget && { budget }) };
  const record = createRecord(shown, {
    policy,
    clientRequestId,
    ...(title === undefined && { isUntitled: true }),
  });
  return { type: 'chat.create', input: { record, origin: { kind: 'created' } } };
}
