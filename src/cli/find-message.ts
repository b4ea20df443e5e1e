import type { EngineClient, EngineEvent } from '../client/client.ts';
import type { CallOptions } from '../client/transport.ts';
import type { ChatChoice } from './command-options.ts';

export type Acceptance = Extract<EngineEvent, { type: 'chat.turn.accepted' }>;

export interface MessageSought extends CallOptions {
  messageId: string;
  /** The chats that it may be in. */
  chatIds: readonly string[];
  /** Up to where the log is looked through. */
  until: string;
}

/** When a message was accepted, as far back as the log goes; null when it was not, or that is no longer known. */
export async function findMessage(
  client: EngineClient,
  { messageId, chatIds, until, signal }: MessageSought,
): Promise<Acceptance | null> {
  let found: Acceptance | null = null;
  const accepted = client.events({ after: 'start', until, types: ['chat.turn.accepted'], signal });
  for await (const event of accepted) {
    if (event.type !== 'chat.turn.accepted' || event.payload.messageId !== messageId) continue;
    if (chatIds.includes(event.payload.chatId)) found = event;
  }
  return found;
}

/** The chat that has the message already, whichever was used last: sent again, it must not run in another one. */
export async function withChatOfMessage(
  client: EngineClient,
  { messageId, signal, ...choice }: ChatChoice & CallOptions & { messageId: string | undefined },
): Promise<ChatChoice> {
  if (messageId === undefined || choice.chatId !== undefined) return choice;
  if (choice.isNew) return { ...choice, clientRequestId: messageId };
  const { chats, lastEventId: until } = await client.chats.list({ signal });
  const fitting = chats.filter(({ provider }) => (choice.provider ?? provider) === provider);
  const chatIds = fitting.map(({ id }) => id);
  const found = await findMessage(client, { messageId, chatIds, until, signal });
  return found === null ? choice : { ...choice, chatId: found.payload.chatId };
}
