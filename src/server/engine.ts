import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { ActorEvent, ActorView } from '../contract/actors.ts';
import type { Budget } from '../contract/budget.ts';
import type { CanvasItem, CanvasItemSummary } from '../contract/canvas.ts';
import type { ChatList, ChatSummary, CreateChat, UpdateChat } from '../contract/chats.ts';
import type { CredentialHealth, CredentialProvider, TokenRefreshHealth } from '../contract/credentials.ts';
import type { WorkspaceEnvironment } from '../contract/environment.ts';
import type { HistorySender } from '../contract/history.ts';
import type { HookKind, HooksStatus, TestHook } from '../contract/hooks.ts';
import type {
  HistoryQuery,
  Interrupt,
  InterruptReceipt,
  MessageReceipt,
  QueueItem,
  SentMessage,
  Steer,
} from '../contract/messages.ts';
import type { MachineFormat, MachineSummary } from '../contract/machines.ts';
import type { ChatModel, McpServer, SlashCommand } from '../contract/offers.ts';
import type { Plan, PlanSummary } from '../contract/plans.ts';
import type { Preview } from '../contract/previews.ts';
import type { Repo } from '../contract/repos.ts';
import type { SearchQuery, SearchResults } from '../contract/search.ts';
import type { AgentRequest, Answer } from '../contract/requests.ts';
import type { UsageResponse } from '../contract/usage.ts';
import type { HandOver, HealthSchema, StatusSchema } from '../contract/status.ts';
import type { TaskView } from '../contract/tasks.ts';

/** What the server may ask of the engine. Every promise is answered after the commit of what it reports. */
export interface Engine {
  readonly version: string;
  readonly chats: Chats;
  readonly messages: Messages;
  readonly tasks: Tasks;
  readonly offers: Offers;
  readonly hooks: Hooks;
  readonly events: { open(options: StreamOptions): Promise<Readable> };
  readonly repos: Repositories;
  readonly plans: Plans;
  readonly canvas: Canvas;
  readonly previews: { list(): Promise<Preview[]> };
  readonly machines: Machines;
  readonly actors: Actors;
  readonly credentials: Credentials;
  readonly metrics: Metrics;
  readonly inspector: Inspector;
  environment(): Promise<WorkspaceEnvironment>;
  usage(): Promise<UsageResponse>;
  /** What all chats together may use; null: there is no such limit. */
  setBudget(budget: Budget | null): Promise<UsageResponse>;
  health(): z.infer<typeof HealthSchema>;
  status(): Promise<z.infer<typeof StatusSchema>>;
  /** Answered when another machine may go on, or after a while with how far it is; asked again, it is the same one. */
  move(options: { limitMs: number }): Promise<HandOver>;
}

export interface Chats {
  list(filter?: { parentChatId?: string | undefined }): Promise<ChatList>;
  get(chatId: string): Promise<{ chat: ChatSummary; lastEventId: string }>;
  create(request: CreateChat): Promise<{ chat: ChatSummary; created: boolean }>;
  update(chatId: string, change: UpdateChat): Promise<ChatSummary>;
  /** Its sub-chats go first. */
  remove(chatId: string): Promise<void>;
  requests(chatId: string): Promise<AgentRequest[]>;
  answer(chatId: string, requestId: string, answer: Answer): Promise<void>;
  history(chatId: string, query: HistoryQuery): Promise<HistoryPage>;
  /** In the histories of all chats, or of one. */
  search(query: SearchQuery): Promise<SearchResults>;
}

export interface Messages {
  send(chatId: string, message: SentMessage): Promise<MessageReceipt>;
  /** Says a message into the running turn. */
  steer(chatId: string, message: Steer): Promise<MessageReceipt>;
  interrupt(chatId: string, options: Interrupt): Promise<InterruptReceipt>;
  queue(chatId: string): Promise<{ chatId: string; processing: boolean; queue: QueueItem[] }>;
  withdraw(chatId: string, messageId: string): Promise<QueueItem[]>;
  clearQueue(chatId: string): Promise<QueueItem[]>;
  reorder(chatId: string, move: { messageId: string; position: number }): Promise<QueueItem[]>;
}

/** What the agent of a chat runs beside its turns. */
export interface Tasks {
  list(chatId: string): Promise<TaskView[]>;
  stop(chatId: string, taskId: string): Promise<void>;
}

/** What can be said to the agent of a chat. */
export interface Offers {
  commands(chatId: string): Promise<SlashCommand[]>;
  models(chatId: string): Promise<ChatModel[]>;
  mcp(chatId: string): Promise<McpServer[]>;
}

export interface Repositories {
  list(options: { includeDiffs: boolean }): Promise<{ repos: Repo[]; lastEventId: string }>;
}

export interface Metrics {
  /** In the text format of Prometheus, and its media type. */
  read(): Promise<{ mediaType: string; text: string }>;
}

export interface Plans {
  list(): Promise<PlanSummary[]>;
  get(filename: string): Promise<Plan>;
}

export interface Canvas {
  list(): Promise<CanvasItemSummary[]>;
  get(filename: string): Promise<CanvasItem>;
}

export interface Machines {
  list(): MachineSummary[];
  /** A statechart as text. */
  read(name: string, format: MachineFormat): Promise<string>;
}

export interface Actors {
  list(): ActorView[];
  /** Server-sent events: all actors, then what changes. */
  follow(): Readable;
  /** Where machines may be tried out by hand. */
  readonly events?: ActorEvents | undefined;
}

export interface ActorEvents {
  accepted(path: string): string[];
  send(path: string, event: ActorEvent): void;
}

/** The page at `/inspect`: code, no data. */
export interface Inspector {
  page(): PageFile;
  asset(version: string, name: string): PageFile;
}

export interface PageFile {
  body: string;
  headers: Record<string, string>;
}

export interface Hooks {
  status(): Promise<HooksStatus>;
  /** The log of hooks: as text, or line by line as server-sent events that go on. */
  logs(options: { repo?: string; follow: boolean }): Promise<Readable>;
  run(options: { repo?: string; type: HookKind }): Promise<{ runId: string }>;
  /** Server-sent events of a script that runs as long as they are read. */
  test(script: TestHook): Promise<Readable>;
}

export interface Credentials {
  health(): TokenRefreshHealth;
  /** Asks for a refresh; answers how the credential stands then. */
  refresh(provider: CredentialProvider): Promise<CredentialHealth & { provider: CredentialProvider }>;
}

/** A page of history; `eventsJson` is a JSON array as text, cut from the file without parsing. */
export interface HistoryPage {
  threadId: string | null;
  codingAgent: string;
  eventsJson: string;
  total: number;
  hasMore: boolean;
  beforeCursor: string | null;
  senders?: HistorySender[];
  lastEventId: string;
}

export interface StreamOptions {
  after?: string;
  types?: Set<string>;
  chatId?: string;
  partial: boolean;
}

export interface RunningEngine extends Engine {
  /** Ends running turns as `interrupted`, leaves no process behind, closes every file. */
  stop(): Promise<void>;
  /** Lets go at once: agents stay and the next engine attaches to them. */
  handOver(): Promise<void>;
  /** Resolves when the workspace was handed over to another machine: it is to be stopped. */
  readonly moved: Promise<void>;
  /** Rejects when the engine cannot go on, for example because its log cannot be synced. */
  readonly failed: Promise<never>;
}
