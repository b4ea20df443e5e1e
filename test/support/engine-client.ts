import type { ChatSummary } from '../../src/contract/chats.ts';
import { followEvents, type EventStream, type FollowOptions } from './event-stream.ts';
import { fetchOnce } from './fetch-once.ts';
import { watchText } from './secret-watch.ts';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  body: Body;
}

export interface SendOptions {
  messageId?: string;
  [setting: string]: unknown;
}

export interface EngineClient {
  readonly url: string;
  get<Body = Record<string, unknown>>(path: string): Promise<Answer<Body>>;
  post<Body = Record<string, unknown>>(path: string, body?: unknown): Promise<Answer<Body>>;
  patch<Body = Record<string, unknown>>(path: string, body: unknown): Promise<Answer<Body>>;
  delete<Body = Record<string, unknown>>(path: string): Promise<Answer<Body>>;
  chat(chatId: string): Promise<ChatSummary>;
  /** The id of the first chat of this provider. */
  firstChat(provider: string): Promise<string>;
  /** Sends a message that must be accepted; returns its id. */
  send(chatId: string, message: string, options?: SendOptions): Promise<string>;
  /** Every event of the chat's history, read page by page from the end. */
  history(chatId: string): Promise<unknown[]>;
  /** Resolves once the stream is open: nothing that happens after that is missed. */
  follow(options?: FollowOptions): Promise<EventStream>;
}

export function createEngineClient({ url, secret }: { url: string; secret: string }): EngineClient {
  const call = createCall(url, secret);
  const client: EngineClient = {
    url,
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path) => call('DELETE', path),
    chat: async (chatId) => (await client.get<{ chat: ChatSummary }>(`/chats/${chatId}`)).body.chat,
    firstChat: async (provider) => chatOf(provider, await client.get<{ chats: ChatSummary[] }>('/chats')),
    send: async (chatId, message, options = {}) => {
      const answer = await client.post<{ messageId: string }>(`/chats/${chatId}/messages`, {
        message,
        ...options,
      });
      if (answer.status !== 200) throw new Error(`Message refused: ${JSON.stringify(answer)}`);
      return answer.body.messageId;
    },
    history: (chatId) => readHistory(client, chatId),
    follow: (options = {}) => followEvents({ url, secret }, options),
  };
  return client;
}

function createCall(url: string, secret: string) {
  return async <Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> => {
    const response = await fetchOnce(`${url}${path}`, {
      method,
      headers: {
        'x-replicas-engine-secret': secret,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    watchText(`The answer to ${method} ${path}`, JSON.stringify([...response.headers]) + text);
    return { status: response.status, body: JSON.parse(text) as Body };
  };
}

function chatOf(provider: string, { body }: Answer<{ chats: ChatSummary[] }>): string {
  const chat = body.chats.find((candidate) => candidate.provider === provider);
  if (!chat) throw new Error(`No chat of ${provider} in ${JSON.stringify(body)}`);
  return chat.id;
}

interface HistoryPage {
  events: unknown[];
  beforeCursor: string | null;
}

async function readHistory(client: EngineClient, chatId: string): Promise<unknown[]> {
  const pages: unknown[][] = [];
  let before = '';
  do {
    const query = before === '' ? '?limit=1000' : `?limit=1000&before=${encodeURIComponent(before)}`;
    const { body } = await client.get<HistoryPage>(`/chats/${chatId}/history${query}`);
    pages.unshift(body.events);
    before = body.beforeCursor ?? '';
  } while (before !== '');
  return pages.flat();
}
