/** Options that several commands share. */
import type { Command } from 'commander';
import type { EngineClient } from '../client/client.ts';
import type { ConnectOptions, EngineOptions } from './connect.ts';
import type { ChatChoice } from './find-chat.ts';
import type { Terminal } from './terminal.ts';

export interface ClientOptions extends EngineOptions {
  json?: true;
}

export interface ChatOptions extends ClientOptions {
  chat?: string;
  provider?: string;
  new?: true;
  title?: string;
}

export function ofEngine(command: Command): Command {
  return command
    .option('--url <url>', 'where the engine listens (REPLICAS_ENGINE_URL; PORT of this machine)')
    .option('--secret <secret>', 'its secret; better set REPLICAS_ENGINE_SECRET, which others cannot see')
    .option('--secret-file <file>', 'file with its secret');
}

export function ofChat(command: Command): Command {
  return ofEngine(command)
    .option('--chat <id>', 'the chat, or how its id begins; the one that was used last when left out')
    .option('--provider <name>', 'only chats of this agent')
    .option('--new', 'open a new chat')
    .option('--title <title>', 'title of the new chat');
}

/** Runs a command with a client of the engine that its options name. */
export async function withEngine(
  terminal: Terminal,
  options: ConnectOptions,
  command: (client: EngineClient) => Promise<number>,
): Promise<number> {
  const [{ connectTo }, { nameSecret }] = await Promise.all([
    import('./connect.ts'),
    import('./exit-code.ts'),
  ]);
  const { client, secretFrom } = connectTo(terminal, options);
  return command(client).catch((error: unknown) => nameSecret(error, secretFrom));
}

export function toChatChoice({ chat: chatId, provider, new: isNew, title }: ChatOptions): ChatChoice {
  return { isNew: isNew === true, ...withoutMissing({ chatId, provider, title }) };
}

type Present<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
};

/** Options that were given. */
export function withoutMissing<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<Fields>;
}
