import type { ChatSummary, EngineClient } from '../client/client.ts';
import type { CallOptions } from '../client/transport.ts';
import { CliError, EXIT } from './terminal.ts';

/** Which chat a command is about. */
export interface ChatChoice {
  /** The id of a chat, or the beginning of it; the chat that was used last when left out. */
  chatId?: string;
  /** Only chats of this agent; with `isNew` the agent of the new chat. */
  provider?: string;
  isNew: boolean;
  title?: string;
}

const DEFAULT_PROVIDER = 'claude';

/** The chat, and the event as of which it is known. */
export async function findChat(
  client: EngineClient,
  { signal, ...choice }: ChatChoice & CallOptions,
): Promise<{ chat: ChatSummary; lastEventId: string }> {
  if (!choice.isNew) return chooseChat(await client.chats.list({ signal }), choice);
  const { provider = DEFAULT_PROVIDER, title } = choice;
  const { id } = await client.chats.create({ provider, ...(title !== undefined && { title }) }, { signal });
  return client.chats.get(id, { signal });
}

function chooseChat(
  { chats, lastEventId }: { chats: ChatSummary[]; lastEventId: string },
  { chatId, provider }: ChatChoice,
): { chat: ChatSummary; lastEventId: string } {
  const fitting = chats.filter(
    (chat) => (provider ?? chat.provider) === chat.provider && chat.id.startsWith(chatId ?? ''),
  );
  if (chatId !== undefined && fitting.length > 1 && !fitting.some(({ id }) => id === chatId))
    throw new CliError(`${fitting.length} chats begin with "${chatId}".`, EXIT.USAGE);
  const exact = fitting.find(({ id }) => id === chatId);
  const chat = exact ?? fitting.toSorted(usedLast)[0];
  if (chat === undefined) throw new CliError(noSuchChat(chatId, provider), EXIT.USAGE);
  return { chat, lastEventId };
}

/** Used last first, then those that were never used, oldest first. */
function usedLast(one: ChatSummary, other: ChatSummary): number {
  return timeOfUse(other).localeCompare(timeOfUse(one)) || one.createdAt.localeCompare(other.createdAt);
}

function timeOfUse({ createdAt, updatedAt }: ChatSummary): string {
  return updatedAt === createdAt ? '' : updatedAt;
}

function noSuchChat(chatId: string | undefined, provider: string | undefined): string {
  const which = [chatId && `with id "${chatId}"`, provider && `of ${provider}`].filter(Boolean).join(' ');
  return `There is no chat ${which}; \`replicas-engine status\` lists them, --new opens one.`.replaceAll(
    '  ',
    ' ',
  );
}
