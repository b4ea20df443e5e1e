/** A client of the engine's HTTP interface, for Node and for browsers. */
import type { EngineEvent } from '../contract/events.ts';
import { DEFAULT_BACKOFF, type Backoff } from './backoff.ts';
import {
  foldChat,
  foldWorkspace,
  readChat,
  readWorkspace,
  type ChatState,
  type WorkspaceState,
} from './workspace-state.ts';
import { closable } from './closable.ts';
import { EngineCalls, toActorNews, type ActorNews } from './engine-calls.ts';
import { streamEvents, type EventStreamOptions } from './event-stream.ts';
import { join, type Joined, type Joint, type JoinOptions } from './join.ts';
import { Transport, type CallOptions } from './transport.ts';

export type { ActorFrame, ActorStep, ActorView } from '../contract/actors.ts';
export type { AgentEvent } from '../contract/agent-event.ts';
export type { ChatSummary, Failure, Usage, UsageTotal } from '../contract/chats.ts';
export type { CredentialHealth, CredentialProvider } from '../contract/credentials.ts';
export type { UsageResponse } from '../contract/usage.ts';
export type { EngineEvent, EngineEventType, TurnOutcome } from '../contract/events.ts';
export type { CanvasItem, CanvasItemSummary } from '../contract/canvas.ts';
export type { Hook, HookTestEvent, HooksStatus } from '../contract/hooks.ts';
export type { InterruptReceipt, MessageReceipt, QueueItem } from '../contract/messages.ts';
export type { ChatModel, SlashCommand } from '../contract/offers.ts';
export type { Plan, PlanSummary } from '../contract/plans.ts';
export type { Preview } from '../contract/previews.ts';
export type { WorkspaceEnvironment } from '../contract/environment.ts';
export type { Repo } from '../contract/repos.ts';
export { questionsOf, type AgentRequest, type Question } from '../contract/requests.ts';
export type { SearchResult, SearchResults } from '../contract/search.ts';
export type { Boot, EngineStatus, HandOver, Health } from '../contract/status.ts';
export type { Task, TaskView } from '../contract/tasks.ts';
export { reasonOf } from '../contract/reason-of.ts';
export { isWebUrl } from '../contract/web-url.ts';
export type { Budget } from '../contract/budget.ts';
export { budgetBrief } from '../contract/budget-brief.ts';
export { subjectAsked } from '../contract/tool-brief.ts';
export { durationBrief, usageBrief } from '../contract/usage-brief.ts';
export type { AnswerToRequest, HistoryPage, NewChat, NewMessage } from './chat-calls.ts';
export type { ChatState } from './workspace-state.ts';
export { EngineClientError, type LocalErrorCode } from './client-error.ts';
export type { ActorNews, RepoList, Status } from './engine-calls.ts';
export type { EventStreamOptions } from './event-stream.ts';
export type { ConnectionChange } from './read-frames.ts';
export type { Joined } from './join.ts';
export { mentionIn, withMention } from './mention.ts';
export { changeAsked, partOf, sayingsOf, threadOf } from '../agents/say.ts';
export type { Said, SaidPart, Saying, ToolCall, ToolResult, ToolWork } from '../agents/saying.ts';
export type { CallOptions } from './transport.ts';
export { foldWorkspace, type WorkspaceState } from './workspace-state.ts';
export { WrittenText } from './written-text.ts';

export interface EngineClientOptions {
  /** Where the engine listens: `http://127.0.0.1:3737`. */
  url: string;
  /** `REPLICAS_ENGINE_SECRET` of the engine. */
  secret: string;
  fetch?: typeof fetch;
  /** How long to wait before trying again. */
  backoff?: Partial<Backoff>;
  /** How often a call is tried that may be repeated; 5 when left out. Streams are opened again for ever. */
  attempts?: number | undefined;
  /** After how long without a byte a stream counts as broken, in milliseconds; the engine pings every 15 s. */
  silenceMs?: number;
}

type FollowingOptions = CallOptions & Pick<EventStreamOptions, 'partial' | 'onConnection'>;

/** What is told besides comes in the same connection: a browser has six to an engine. */
export interface FollowOptions extends FollowingOptions {
  /** Told of the actors: a snapshot each time the stream is opened, then what changes. */
  onActors?: (news: ActorNews) => void;
  /** Told each line that hooks print: each time the stream is opened the end of what they printed first. */
  onHookLine?: (line: string) => void;
}

export interface FollowChatOptions extends FollowingOptions {
  /** How much of the end of its history is read, in events; 100 when left out. */
  historyLimit?: number;
}

const SILENCE_MS = 45_000;
const ATTEMPTS = 5;
const HISTORY_LIMIT = 100;

/** Calls reject with an `EngineClientError`; iterations throw it. Both give the reason of an aborted signal as it is. */
export class EngineClient extends EngineCalls {
  readonly #transport: Transport;

  constructor(options: EngineClientOptions) {
    const { url, secret, attempts = ATTEMPTS, silenceMs = SILENCE_MS } = options;
    // Browsers refuse to call a `fetch` that was taken off its window.
    const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    const backoff = { ...DEFAULT_BACKOFF, ...options.backoff };
    const transport = new Transport({ url, secret, fetch, backoff, attempts, silenceMs });
    super(transport);
    this.#transport = transport;
  }

  /**
   * Every event behind `after` once, in order, then live, for ever. A broken stream is opened again behind the last event
   * that was taken. At a `stream.reset` there is a gap: read again what you know.
   */
  events(options: EventStreamOptions = {}): AsyncGenerator<EngineEvent> {
    return closable(options.signal, (signal) => streamEvents(this.#transport, { ...options, signal }));
  }

  /** The state of the workspace as of one event after the other, for ever. Read again by itself after a reset. */
  follow({ onActors, onHookLine, ...options }: FollowOptions = {}): AsyncGenerator<Joined<WorkspaceState>> {
    const joint = { read: (call: CallOptions) => readWorkspace(this, call), fold: foldWorkspace };
    const beside = {
      names: [...(onActors ? ['actors'] : []), ...(onHookLine ? ['hookOutput'] : [])],
      take: (type: string | undefined, data: string) => {
        if (type === 'line') onHookLine?.(data);
        if (type === 'snapshot' || type === 'change') onActors?.(toActorNews(type, data));
      },
    };
    return this.#join(joint, { ...options, beside });
  }

  /** The state of one chat as of one event after the other, until the chat is deleted. */
  followChat(chatId: string, options: FollowChatOptions = {}): AsyncGenerator<Joined<ChatState>> {
    const { historyLimit: limit = HISTORY_LIMIT, ...following } = options;
    const joint = {
      read: (call: CallOptions) => readChat(this.chats, { chatId, limit, ...call }),
      fold: foldChat,
      isLast: (event: EngineEvent) => event.type === 'chat.deleted' && event.payload.chatId === chatId,
    };
    return this.#join(joint, { ...following, chatId });
  }

  #join<State>(joint: Joint<State>, options: JoinOptions): AsyncGenerator<Joined<State>> {
    return closable(options.signal, (signal) => join(this.#transport, joint, { ...options, signal }));
  }
}
