import type { ChatSummary } from '../contract/chats.ts';
import type { EngineEvent } from '../contract/events.ts';
import type { AgentRequest } from '../contract/requests.ts';
import type { ChatCalls, HistoryPage } from './chat-calls.ts';
import type { Snapshot } from './join.ts';
import type { CallOptions } from './transport.ts';
import { foldRequests } from './workspace-state.ts';

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
