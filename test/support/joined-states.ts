import { expect } from 'vitest';
import type {
  AgentRequest,
  ChatSummary,
  EngineEvent,
  Joined,
  WorkspaceState,
} from '../../src/client/client.ts';

type Told = Pick<WorkspaceState, 'chats' | 'requests'>;

/** Fails unless each state says of chats and their requests what the log says as of the same event. */
export function expectStatesOf(log: readonly EngineEvent[], joined: readonly Joined<WorkspaceState>[]): void {
  const told = toldBy(log);
  const shown = joined.map(({ state: { chats, requests }, lastEventId }) => [
    lastEventId,
    { chats, requests },
  ]);
  expect(shown).toEqual(joined.map(({ lastEventId }) => [lastEventId, told.get(lastEventId)]));
}

/** What the log says as of each of its events. */
function toldBy(log: readonly EngineEvent[]): Map<string, Told> {
  const chats = new Map<string, ChatSummary>();
  const requests = new Map<string, { chatId: string; request: AgentRequest }>();
  const told = new Map<string, Told>();
  for (const event of log) {
    if (event.type === 'chat.created' || event.type === 'chat.updated')
      chats.set(event.payload.chat.id, event.payload.chat);
    if (event.type === 'chat.deleted') chats.delete(event.payload.chatId);
    if (event.type === 'chat.request.opened') requests.set(event.payload.request.id, event.payload);
    if (event.type === 'chat.request.closed') requests.delete(event.payload.requestId);
    told.set(event.id, { chats: [...chats.values()], requests: byChat([...requests.values()]) });
  }
  return told;
}

function byChat(open: readonly { chatId: string; request: AgentRequest }[]): Told['requests'] {
  const chatIds = [...new Set(open.map(({ chatId }) => chatId))];
  const requestsOf = (wanted: string) =>
    open.filter(({ chatId }) => chatId === wanted).map(({ request }) => request);
  return Object.fromEntries(chatIds.map((chatId) => [chatId, requestsOf(chatId)]));
}

/** Takes everything an iteration gives until it is stopped. */
export function collect<Value>(iterate: (signal: AbortSignal) => AsyncIterable<Value>) {
  const taken: Value[] = [];
  const leaving = new AbortController();
  const running = (async () => {
    for await (const value of iterate(leaving.signal)) taken.push(value);
  })();
  let failure: unknown = null;
  running.catch((error: unknown) => (failure = error));
  return {
    taken,
    /** The newest value. @throws what ended the iteration. */
    latest(): Value | undefined {
      if (failure !== null) throw failure;
      return taken.at(-1);
    },
    stop: async () => {
      leaving.abort('enough');
      await expect(running).rejects.toBe('enough');
    },
  };
}
