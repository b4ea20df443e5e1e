import type { ChatSummary, EngineClient } from '../client/client.ts';
import type { CallOptions } from '../client/transport.ts';
import type { ChatChoice } from './command-options.ts';
import { CliError, EXIT } from './terminal.ts';

const DEFAULT_PROVIDER = 'claude';

/** The chat, and the event as of which it is known. */
export async function findChat(
  client: EngineClient,
  { signal, ...choice }: ChatChoice & CallOptions,
): Promise<{ chat: ChatSummary; lastEventId: string }> {
  if (!choice.isNew) return chooseChat(await client.chats.list({ signal }), choice);
  const { provider = DEFAULT_PROVIDER, title, clientRequestId } = choice;
  const { id } = await client.chats.create({ provider, title, clientRequestId }, { signal });
  return client.chats.get(id, { signal });
}

function chooseChat(
  { chats, lastEventId }: { chats: ChatSummary[]; lastEventId: string },
  { chatId, provider }: ChatChoice,
): { chat: ChatSummary; lastEventId: string } {
  const chat = pickChat(chats, { chatId, provider });
  if (chat === null) throw noSuchChat(chatId, provider);
  return { chat, lastEventId };
}

export function pickChat(
  chats: readonly ChatSummary[],
  { chatId, provider }: { chatId: string | undefined; provider?: string | undefined },
): ChatSummary | null {
  const fitting = chats.filter(
    (chat) => (provider ?? chat.provider) === chat.provider && chat.id.startsWith(chatId ?? ''),
  );
  const exact = fitting.find(({ id }) => id === chatId);
  if (chatId !== undefined && fitting.length > 1 && exact === undefined)
    throw new CliError(
      `The ids of ${fitting.length} chats begin with "${chatId}"; give more of it.`,
      EXIT.USAGE,
    );
  return exact ?? fitting.toSorted(usedLast)[0] ?? null;
}

/** Used last first, then those that were never used, oldest first. */
function usedLast(one: ChatSummary, other: ChatSummary): number {
  return timeOfUse(other).localeCompare(timeOfUse(one)) || one.createdAt.localeCompare(other.createdAt);
}

function timeOfUse({ createdAt, updatedAt }: ChatSummary): string {
  return updatedAt === createdAt ? '' : updatedAt;
}

export function noSuchChat(chatId: string | undefined, provider: string | undefined): CliError {
  const which = [chatId && ` with id "${chatId}"`, provider && ` with the agent ${provider}`]
    .filter(Boolean)
    .join('');
  const message = `There is no chat${which}; \`replicas-engine status\` lists them, \`replicas-engine send --new\` opens one.`;
  return new CliError(message, EXIT.USAGE);
}
