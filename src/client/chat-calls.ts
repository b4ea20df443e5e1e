import type { z } from 'zod';
import {
  ChatListSchema,
  ChatResponseSchema,
  ChatSnapshotSchema,
  SuccessSchema,
  type ChatList,
  type ChatSummary,
  type CreateChat,
  type UpdateChat,
} from '../contract/chats.ts';
import { HistoryPageSchema } from '../contract/history.ts';
import {
  InterruptReceiptSchema,
  MessageReceiptSchema,
  QueueMutationSchema,
  QueueSchema,
  type Interrupt,
  type InterruptReceipt,
  type MessageReceipt,
  type QueueItem,
  type SendMessage,
} from '../contract/messages.ts';
import {
  ChatModelListSchema,
  McpServerListSchema,
  SlashCommandListSchema,
  type ChatModel,
  type McpServer,
  type SlashCommand,
} from '../contract/offers.ts';
import { RequestListSchema, type AgentRequest, type Answer } from '../contract/requests.ts';
import { SearchResultsSchema, type SearchResults } from '../contract/search.ts';
import { TaskListSchema, type TaskView } from '../contract/tasks.ts';
import { pathSegment, type Call, type CallOptions, type Transport } from './transport.ts';

export type ChatSnapshot = z.infer<typeof ChatSnapshotSchema>;
export type HistoryPage = z.infer<typeof HistoryPageSchema>;
export type Queue = z.infer<typeof QueueSchema>;

/** What a caller writes: keys that the schemas tolerate but do not know are left out of the types. */
type Known<Value> = { [Key in keyof Value as string extends Key ? never : Key]: Value[Key] };

export type NewChat = Known<CreateChat>;
export type NewMessage = Known<SendMessage>;
export type AnswerToRequest = Known<Answer>;

export interface HistoryOptions extends CallOptions {
  /** At most so many events, counted from the end. */
  limit?: number;
  /** `beforeCursor` of another page: gives the page before it. */
  before?: string;
}

export interface SearchOptions extends CallOptions {
  chatId?: string;
  limit?: number;
}

export interface MessageInChat {
  chatId: string;
  messageId: string;
}

/** Everything about chats. Each call rejects with an `EngineClientError`. */
export class ChatCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Where words stand in what was said, whatever their case. */
  search(q: string, { chatId, limit, signal }: SearchOptions = {}): Promise<SearchResults> {
    const query = { q, chatId, limit };
    return this.#transport.get('/search', { query, schema: SearchResultsSchema, signal });
  }

  list(options: CallOptions = {}): Promise<ChatList> {
    return this.#transport.get('/chats', { schema: ChatListSchema, ...options });
  }

  get(chatId: string, options: CallOptions = {}): Promise<ChatSnapshot> {
    return this.#transport.get(pathOf(chatId), { schema: ChatSnapshotSchema, ...options });
  }

  /** Given no `id`, it gets one here, so that a call that is repeated opens one chat. */
  async create(chat: NewChat, options: CallOptions = {}): Promise<ChatSummary> {
    const call = { body: { ...chat, id: chat.id ?? randomId() }, schema: ChatResponseSchema, ...options };
    return (await this.#transport.again('POST', '/chats', call)).chat;
  }

  /** A title that is given stays; one that nobody gave follows the first message. */
  async update(chatId: string, body: Known<UpdateChat>, options: CallOptions = {}): Promise<ChatSummary> {
    const call = { body, schema: ChatResponseSchema, ...options };
    return (await this.#transport.again('PATCH', pathOf(chatId), call)).chat;
  }

  async delete(chatId: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.once('DELETE', pathOf(chatId), { schema: SuccessSchema, ...options });
  }

  history(chatId: string, { limit, before, ...options }: HistoryOptions = {}): Promise<HistoryPage> {
    const query = { limit, before };
    return this.#transport.get(`${pathOf(chatId)}/history`, { query, schema: HistoryPageSchema, ...options });
  }

  /** Given no `messageId`, it gets one here, so that a call that is repeated sends one message. */
  send(chatId: string, message: NewMessage | string, options: CallOptions = {}): Promise<MessageReceipt> {
    const content = typeof message === 'string' ? { message } : message;
    const body = { ...content, messageId: content.messageId ?? randomId() };
    const call = { body, schema: MessageReceiptSchema, ...options };
    return this.#transport.again('POST', `${pathOf(chatId)}/messages`, call);
  }

  /** Says something into the running turn. */
  steer(
    chatId: string,
    message: string,
    options: CallOptions & { messageId?: string } = {},
  ): Promise<MessageReceipt> {
    const { messageId = randomId(), ...rest } = options;
    const call = { body: { message, messageId }, schema: MessageReceiptSchema, ...rest };
    return this.#transport.again('POST', `${pathOf(chatId)}/steer`, call);
  }

  /**
   * Stops the running turn; with `clearQueue` also drops what waits, with `background: 'stop'` also what runs beside it. Not
   * repeated: the next turn may run by then.
   */
  interrupt(
    chatId: string,
    { clearQueue = false, background, ...options }: CallOptions & Partial<Interrupt> = {},
  ): Promise<InterruptReceipt> {
    const query = { queue: clearQueue ? 'clear' : undefined, background };
    const call = { query, schema: InterruptReceiptSchema, ...options };
    return this.#transport.once('POST', `${pathOf(chatId)}/interrupt`, call);
  }

  queue(chatId: string, options: CallOptions = {}): Promise<Queue> {
    return this.#transport.get(`${pathOf(chatId)}/queue`, { schema: QueueSchema, ...options });
  }

  /** Drops everything that waits; returns what waits now. */
  clearQueue(chatId: string, options: CallOptions = {}): Promise<QueueItem[]> {
    return this.#changeQueue('DELETE', `${pathOf(chatId)}/queue`, options);
  }

  async withdraw({ chatId, messageId }: MessageInChat, options: CallOptions = {}): Promise<QueueItem[]> {
    return this.#changeQueue('DELETE', `${pathOf(chatId)}/queue/${pathSegment(messageId)}`, options);
  }

  /** Moves a waiting message to another position, counted from 0. */
  reorder(move: MessageInChat & { position: number }, options: CallOptions = {}): Promise<QueueItem[]> {
    const { chatId, ...body } = move;
    return this.#changeQueue('PATCH', `${pathOf(chatId)}/queue/reorder`, { body, ...options });
  }

  /** What a message can begin with. */
  async commands(chatId: string, options: CallOptions = {}): Promise<SlashCommand[]> {
    const path = `${pathOf(chatId)}/commands`;
    return (await this.#transport.get(path, { schema: SlashCommandListSchema, ...options })).commands;
  }

  async models(chatId: string, options: CallOptions = {}): Promise<ChatModel[]> {
    const path = `${pathOf(chatId)}/models`;
    return (await this.#transport.get(path, { schema: ChatModelListSchema, ...options })).models;
  }

  async mcp(chatId: string, options: CallOptions = {}): Promise<McpServer[]> {
    const path = `${pathOf(chatId)}/mcp`;
    return (await this.#transport.get(path, { schema: McpServerListSchema, ...options })).servers;
  }

  /** What the agent waits for, oldest first. */
  async requests(chatId: string, options: CallOptions = {}): Promise<AgentRequest[]> {
    const path = `${pathOf(chatId)}/requests`;
    return (await this.#transport.get(path, { schema: RequestListSchema, ...options })).requests;
  }

  async answer(
    { chatId, requestId }: { chatId: string; requestId: string },
    answer: AnswerToRequest,
    options: CallOptions = {},
  ): Promise<void> {
    const path = `${pathOf(chatId)}/requests/${pathSegment(requestId)}`;
    await this.#transport.once('POST', path, { body: answer, schema: SuccessSchema, ...options });
  }

  /** What the agent runs beside its turns, or did of late. */
  async tasks(chatId: string, options: CallOptions = {}): Promise<TaskView[]> {
    return (await this.#transport.get(`${pathOf(chatId)}/tasks`, { schema: TaskListSchema, ...options }))
      .tasks;
  }

  /** Ends one of them; `chat.task.changed` tells when it has ended. */
  async stopTask(
    { chatId, taskId }: { chatId: string; taskId: string },
    options: CallOptions = {},
  ): Promise<void> {
    const path = `${pathOf(chatId)}/tasks/${pathSegment(taskId)}/stop`;
    await this.#transport.again('POST', path, { schema: SuccessSchema, ...options });
  }

  async #changeQueue(
    method: Call['method'],
    path: string,
    call: Pick<Call, 'body' | 'signal'>,
  ): Promise<QueueItem[]> {
    return (await this.#transport.once(method, path, { ...call, schema: QueueMutationSchema })).queue;
  }
}

function pathOf(chatId: string): string {
  return `/chats/${pathSegment(chatId)}`;
}

/** A random uuid (version 4). `crypto.randomUUID` is missing in pages that are not served over https. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const [version = 0, variant = 0] = [bytes[6], bytes[8]];
  bytes[6] = (version & 0x0f) | 0x40;
  bytes[8] = (variant & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
