import type { Boot, CallOptions, ChatSummary, EngineClient, MessageReceipt } from '../client/client.ts';

/** What a message that was just sent waits for, in lines; empty when for nothing. */
export async function noteOfWaiting(
  client: EngineClient,
  { chat, receipt, signal }: CallOptions & { chat: ChatSummary; receipt: MessageReceipt },
): Promise<string> {
  const { boot } = await client.status({ signal });
  if (boot.state !== 'ready')
    return `${`The message runs once the engine is ready. ${noteOfBoot(boot)}`.trimEnd()}\n`;
  if (receipt.queued) return `It waits behind ${countMessages(receipt.position)}.\n`;
  if (chat.awaitingInput === true) {
    const requests = await client.chats.requests(chat.id, { signal });
    return requests.some(({ kind }) => kind === 'budget') ? noteOfRequest('budget') : '';
  }
  const { providers } = await client.credentials({ signal });
  const login = new Map(Object.entries(providers)).get(chat.provider);
  return login?.state === 'refreshing' ? `It waits for a new login of ${chat.provider}.\n` : '';
}

export function countMessages(count: number): string {
  return count === 1 ? 'one message' : `${count} messages`;
}

export function noteOfRequest(kind: string): string {
  return `The agent waits for an answer (${kind}); give it with \`replicas-engine chat\`.\n`;
}

/** What the boot of the engine waits for, since when, until when, and how to go on at once; empty when for nothing. */
export function noteOfBoot({ waitingFor }: Boot): string {
  if (waitingFor === undefined) return '';
  const { message, since, until, skip } = waitingFor;
  const limit = until === null ? '' : `, until ${until}`;
  return `${message} Since ${since}${limit}.\n${skip === null ? '' : `${skip}\n`}`;
}
