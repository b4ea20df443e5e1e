/** What can be typed in a chat besides messages and answers. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { EngineClient, NewMessage } from '../../client/client.ts';
import { CliError, EXIT } from '../terminal.ts';
import { visible } from '../visible.ts';

export interface CommandContext {
  client: EngineClient;
  chatId: string;
  signal: AbortSignal;
}

/** What is shown of it. */
type Command = (context: CommandContext, rest: string) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  async queue({ client, chatId, signal }) {
    const { queue } = await client.chats.queue(chatId, { signal });
    return queue.map(({ message }, index) => `${index + 1}. ${message}`).join('\n') || 'Nothing waits.';
  },
  async clear({ client, chatId, signal }) {
    await client.chats.clearQueue(chatId, { signal });
    return 'Nothing waits any more.';
  },
  async rename({ client, chatId, signal }, title) {
    const chat = await client.chats.update(chatId, { title }, { signal });
    return `This chat is called "${chat.title}" now.`;
  },
  async model({ client, chatId, signal }, model) {
    if (model !== '') {
      await client.chats.update(chatId, { model }, { signal });
      return `Messages to come run with ${model}.`;
    }
    const models = await client.chats.models(chatId, { signal });
    return models.map(({ id, name, current }) => `${current ? '*' : ' '} ${id}  ${name}`).join('\n');
  },
  async cost({ client, chatId, signal }) {
    const { chat } = await client.chats.get(chatId, { signal });
    const { turns = 0, inputTokens = 0, outputTokens = 0, costUsd } = chat.usage ?? {};
    const cost = costUsd === undefined ? '' : `, $${costUsd.toFixed(2)}`;
    return `${turns} turns, ${inputTokens} tokens in, ${outputTokens} out${cost}`;
  },
  async tasks({ client, chatId, signal }) {
    const tasks = await client.chats.tasks(chatId, { signal });
    return tasks.map(({ id, state, title }) => `${id}  ${state}  ${title}`).join('\n') || 'Nothing runs.';
  },
};

/** What the command shows; null for what is none of ours: the agent may know it. */
export async function runCommand(
  context: CommandContext,
  { name, rest }: { name: string; rest: string },
): Promise<string | null> {
  const shown = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.(context, rest.trim()) : undefined;
  return shown === undefined ? null : visible(shown);
}

const MEDIA_TYPES = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
} as const;

/** A picture of this machine, to go with a message. */
export async function readImage(file: string): Promise<NonNullable<NewMessage['images']>[number]> {
  const type = Object.entries(MEDIA_TYPES).find(([ending]) => ending === extname(file).toLowerCase())?.[1];
  if (type === undefined)
    throw new CliError(`${file}: only PNG, JPEG, GIF and WebP can be sent.`, EXIT.USAGE);
  const data = await readFile(file, 'base64').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`${file} cannot be read: ${error.code}.`, EXIT.USAGE);
  });
  return { type: 'image', source: { type: 'base64', media_type: type, data } };
}
