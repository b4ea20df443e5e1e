import type { AgentRequest } from '../contract/requests.ts';
import type { EngineCalls } from './engine-calls.ts';
import { EngineClientError } from './client-error.ts';
import type { Snapshot } from './join.ts';
import type { CallOptions } from './transport.ts';
import type { WorkspaceState } from './workspace-state.ts';

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
