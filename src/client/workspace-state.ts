import type { ChatSummary } from '../contract/chats.ts';
import type { EngineEvent } from '../contract/events.ts';
import type { Repo } from '../contract/repos.ts';
import type { AgentRequest } from '../contract/requests.ts';
import type { Boot, EngineStatus } from '../contract/status.ts';
import type { ChatCalls, HistoryPage } from './chat-calls.ts';
import { EngineClientError } from './client-error.ts';
import type { EngineCalls } from './engine-calls.ts';
import type { Snapshot } from './join.ts';
import type { CallOptions } from './transport.ts';

/** What is known of a workspace at one event of its log. Never changed in place. */
export interface WorkspaceState {
  readonly version: string;
  readonly boot: Boot;
  readonly status: EngineStatus;
  /** Oldest first. */
  readonly chats: readonly ChatSummary[];
  /** What agents wait for, by chat; chats without an open request are left out. */
  readonly requests: Readonly<Record<string, readonly AgentRequest[]>>;
  readonly repos: readonly Repo[];
}

/** The chats are read first, the counters last: nothing is older than the one, nothing newer than the other. */
export async function readWorkspace(
  engine: EngineCalls,
  options: CallOptions,
): Promise<Snapshot<WorkspaceState>> {
  const { chats, lastEventId: from } = await engine.chats.list(options);
  const waiting = chats.filter(({ awaitingInput }) => awaitingInput === true);
  const requests = await Promise.all(
    waiting.map(async ({ id }) => [id, await readRequests(engine, { chatId: id, ...options })] as const),
  );
  const { repos } = await engine.repos(options);
  const { version, boot, lastEventId: to, ...status } = await engine.status(options);
  const open = requests.filter(([, list]) => list.length > 0);
  return { state: { version, boot, status, chats, requests: Object.fromEntries(open), repos }, from, to };
}

/** A chat that was deleted meanwhile waits for nothing. */
async function readRequests(
  engine: EngineCalls,
  { chatId, ...options }: CallOptions & { chatId: string },
): Promise<AgentRequest[]> {
  return engine.chats.requests(chatId, options).catch((error: unknown) => {
    if (error instanceof EngineClientError && error.code === 'chat_not_found') return [];
    throw error;
  });
}

/** The state behind `event`. Types that say nothing about it leave it as it is. */
export function foldWorkspace(state: WorkspaceState, event: EngineEvent): WorkspaceState {
  switch (event.type) {
    case 'engine.status.changed':
      return { ...state, status: event.payload.status };
    case 'boot.changed':
      return { ...state, boot: { ...event.payload, since: event.ts } };
    case 'repo.discovered':
    case 'repo.status.changed':
      return { ...state, repos: event.payload.repos };
    case 'chat.created':
    case 'chat.updated':
      return { ...state, chats: withChat(state.chats, event.payload.chat) };
    case 'chat.deleted':
      return withoutChat(state, event.payload.chatId);
    case 'chat.request.opened':
    case 'chat.request.closed':
      return { ...state, requests: foldAllRequests(state.requests, event) };
    default:
      return state;
  }
}

/** The open requests of a chat behind `event`, which is one of this chat. */
export function foldRequests(requests: readonly AgentRequest[], event: EngineEvent): readonly AgentRequest[] {
  if (event.type === 'chat.request.closed')
    return requests.filter(({ id }) => id !== event.payload.requestId);
  if (event.type !== 'chat.request.opened') return requests;
  const { request } = event.payload;
  return [...requests.filter(({ id }) => id !== request.id), request];
}

function foldAllRequests(
  all: WorkspaceState['requests'],
  event: Extract<EngineEvent, { type: 'chat.request.opened' | 'chat.request.closed' }>,
): WorkspaceState['requests'] {
  const { chatId } = event.payload;
  const { [chatId]: before = [], ...others } = all;
  const requests = foldRequests(before, event);
  return requests.length === 0 ? others : { ...others, [chatId]: requests };
}

function withChat(chats: readonly ChatSummary[], chat: ChatSummary): readonly ChatSummary[] {
  const isKnown = chats.some(({ id }) => id === chat.id);
  return isKnown ? chats.map((known) => (known.id === chat.id ? chat : known)) : [...chats, chat];
}

function withoutChat(state: WorkspaceState, chatId: string): WorkspaceState {
  const { [chatId]: _closed, ...requests } = state.requests;
  return { ...state, chats: state.chats.filter(({ id }) => id !== chatId), requests };
}

/** What is known of a chat at one event of the log. Never changed in place. */
export interface ChatState {
  readonly chat: ChatSummary;
  /** What the agent waits for, oldest first. */
  readonly requests: readonly AgentRequest[];
  /** The end of its history when the state was read; each `chat.turn.delta` that follows is one event more. */
  readonly history: HistoryPage;
}

/** What was said is read last: the events behind it are those that it lacks. */
export async function readChat(
  chats: ChatCalls,
  { chatId, limit, signal }: CallOptions & { chatId: string; limit: number },
): Promise<Snapshot<ChatState>> {
  const { chat, lastEventId: from } = await chats.get(chatId, { signal });
  const requests = await chats.requests(chatId, { signal });
  const history = await chats.history(chatId, { limit, signal });
  return { state: { chat, requests, history }, from, to: history.lastEventId };
}

/** The state behind `event`, which may be one of another chat. */
export function foldChat(state: ChatState, event: EngineEvent): ChatState {
  const { id } = state.chat;
  if (event.type === 'chat.updated' && event.payload.chat.id === id)
    return { ...state, chat: event.payload.chat };
  const isRequest = event.type === 'chat.request.opened' || event.type === 'chat.request.closed';
  if (isRequest && event.payload.chatId === id)
    return { ...state, requests: foldRequests(state.requests, event) };
  return state;
}
