import { randomUUID } from 'node:crypto';
import { waitFor } from 'xstate';
import type { EngineCommand } from '../../machines/engine.setup.ts';
import { createRecord } from '../../machines/chat.record.ts';
import type { ChatActor } from '../actors/record-actors.ts';
import type { ChatSummary, CreateChat } from '../contract/chats.ts';
import type { HistoryQuery } from '../contract/messages.ts';
import type { ChatRecord } from '../contract/records.ts';
import type { AgentRequest, Answer } from '../contract/requests.ts';
import { EngineError } from '../errors.ts';
import { HistoryCursorError } from '../projection/history-page.ts';
import type { History } from '../projection/history.ts';
import { repairText } from './repair-text.ts';
import type { Directory } from './directory.ts';
import { repairAnswer } from './repair-answer.ts';

export interface ChatCommandsOptions {
  directory: Directory;
  chatOf: (chatId: string) => ChatActor | undefined;
  history: History;
  /** Titles of the agents, by provider. */
  titles: ReadonlyMap<string, string>;
  send(command: EngineCommand): void;
}

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

  /** All chats, or the sub-chats of one. */
  async list(filter: ChatFilter = {}): Promise<{ chats: ChatSummary[]; lastEventId: string }> {
    const { parentChatId } = filter;
    const { directory } = this.#options;
    const all = [...directory.records.values()].map(({ chat }) => chat);
    const chats = parentChatId === undefined ? all : all.filter((chat) => chat.parentChatId === parentChatId);
    return directory.committed({ chats, lastEventId: directory.headId });
  }

  async get(chatId: string): Promise<{ chat: ChatSummary; lastEventId: string }> {
    const { directory } = this.#options;
    const { chat } = directory.recordOf(chatId);
    return directory.committed({ chat, lastEventId: directory.headId });
  }

  /** The same `id` or `clientRequestId` again gives the same chat. */
  async create(request: CreateChat): Promise<{ chat: ChatSummary; created: boolean }> {
    const { directory } = this.#options;
    const existing = this.#findExisting(request);
    if (existing !== undefined) return directory.committed({ chat: existing.chat, created: false });
    directory.refuseNewWork();
    const chat = this.#draft(request);
    this.#options.send(creationOf(chat, request));
    return directory.committed({ chat, created: true });
  }

  /** Its sub-chats go first, and nobody opens one meanwhile; resolves when it is gone. */
  async remove(chatId: string): Promise<void> {
    const { directory } = this.#options;
    directory.recordOf(chatId);
    this.#leaving.add(chatId);
    try {
      for (const child of this.#childrenOf(chatId)) await this.remove(child);
      if (directory.records.has(chatId)) await this.#removeAlone(chatId);
    } finally {
      this.#leaving.delete(chatId);
    }
  }

  /** A running turn is stopped first; resolves when its process is gone. */
  async #removeAlone(chatId: string): Promise<void> {
    const { directory, chatOf, history } = this.#options;
    const actor = chatOf(chatId) ?? directory.actorOf(chatId);
    actor.send({ type: 'chat.delete' });
    await waitFor(actor, ({ status }) => status === 'done');
    if (directory.records.has(chatId)) throw new EngineError('SHUTTING_DOWN');
    await directory.committed(undefined);
    await history.remove(chatId);
  }

  async requests(chatId: string): Promise<AgentRequest[]> {
    const { directory } = this.#options;
    return directory.committed(directory.recordOf(chatId).requests);
  }

  async answer(chatId: string, requestId: string, answer: Answer): Promise<void> {
    const { directory } = this.#options;
    const isOpen = directory.recordOf(chatId).requests.some(({ id }) => id === requestId);
    if (!isOpen) throw new EngineError('REQUEST_NOT_FOUND', { chatId, requestId });
    directory.actorOf(chatId).send({ type: 'request.answer', requestId, answer: repairAnswer(answer) });
    await directory.committed(undefined);
  }

  async history(chatId: string, query: HistoryQuery) {
    const { directory, history } = this.#options;
    const { sessionId, chat } = directory.recordOf(chatId);
    const lastEventId = await directory.committed(directory.headId);
    const page = await history.page(chatId, query).catch(refuseForeignCursor);
    return { ...page, threadId: sessionId, codingAgent: chat.provider, lastEventId };
  }

  #findExisting({ id, clientRequestId }: CreateChat): ChatRecord | undefined {
    const { records } = this.#options.directory;
    const byId = id === undefined ? undefined : records.get(id);
    if (byId !== undefined || clientRequestId === undefined) return byId;
    return [...records.values()].find((record) => record.clientRequestId === clientRequestId);
  }

  #childrenOf(chatId: string): string[] {
    const chats = [...this.#options.directory.records.values()].map(({ chat }) => chat);
    return chats.filter(({ parentChatId }) => parentChatId === chatId).map(({ id }) => id);
  }

  #draft({ provider, title, id, parentChatId }: CreateChat): ChatSummary {
    const { titles, directory } = this.#options;
    const agentTitle = titles.get(provider);
    if (agentTitle === undefined)
      throw new EngineError('UNKNOWN_PROVIDER', { provider, known: [...titles.keys()] });
    if (
      parentChatId !== undefined &&
      (!directory.records.has(parentChatId) || this.#leaving.has(parentChatId))
    )
      throw new EngineError('PARENT_NOT_FOUND', { parentChatId });
    return draftChat({
      provider,
      id: id ?? randomUUID(),
      title: repairText(title ?? agentTitle),
      parentChatId: parentChatId ?? null,
    });
  }
}

function refuseForeignCursor(error: unknown): never {
  if (!(error instanceof HistoryCursorError)) throw error;
  const issues = [{ path: 'before', message: 'is no beforeCursor of this chat' }];
  throw new EngineError('VALIDATION_FAILED', { issues }, { cause: error });
}

/** A chat that was never used. */
export function draftChat(
  chat: Pick<ChatSummary, 'id' | 'provider' | 'title' | 'parentChatId'>,
): ChatSummary {
  const { id, provider, title, parentChatId } = chat;
  const createdAt = new Date().toISOString();
  return {
    id,
    provider,
    title,
    createdAt,
    updatedAt: createdAt,
    processing: false,
    parentChatId,
    state: 'idle',
  };
}

export function creationOf(
  chat: ChatSummary,
  { policy = 'bypass', clientRequestId }: Partial<CreateChat>,
): EngineCommand {
  const record = createRecord(chat, { policy, clientRequestId });
  return { type: 'chat.create', input: { record, origin: { kind: 'created' } } };
}
