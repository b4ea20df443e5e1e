/** Options that several commands share. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { EngineClient } from '../client/client.ts';
import type { ConnectOptions, EngineOptions } from './connect.ts';
import type { ShowOptions } from './show.ts';
import { CliError, EXIT, type Shell, type Terminal } from './terminal.ts';

/** Which chat a command is about. */
export interface ChatChoice {
  /** The id of a chat, or the beginning of it; the chat that was used last when left out. */
  chatId?: string | undefined;
  /** Only chats of this agent; with `isNew` the agent of the new chat. */
  provider?: string | undefined;
  isNew: boolean;
  title?: string | undefined;
  /** Opened again under it, it is the chat that was opened the first time. */
  clientRequestId?: string | undefined;
}

export interface ClientOptions extends EngineOptions {
  json?: boolean;
}

export interface ChatOptions extends ClientOptions {
  chat?: string;
  provider?: string;
  new?: true;
  title?: string;
}

export function ofEngine(command: Command): Command {
  return command
    .option('--url <url>', 'where the engine listens (REPLICAS_ENGINE_URL; PORT of this machine)', toText)
    .option(
      '--secret <secret>',
      'its secret; better set REPLICAS_ENGINE_SECRET, which others cannot see',
      toText,
    )
    .option('--secret-file <file>', 'file with its secret', toText);
}

export function ofChat(command: Command): Command {
  return ofEngine(command)
    .option('--chat <id>', 'the chat, or how its id begins; the one that was used last when left out', toText)
    .option('--provider <name>', 'only chats of this agent', toText)
    .addOption(new Option('--new', 'open a new chat').conflicts('chat'))
    .option('--title <title>', 'title of the new chat', toText);
}

/** An option without a value is a variable that was not set more often than a wish. */
export function toText(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}

/** Runs a command to its end, with a client of the engine that its options name. */
export function askEngine(
  shell: Shell,
  options: ConnectOptions,
  command: (terminal: Terminal, client: EngineClient) => Promise<number>,
): Promise<void> {
  return shell.run((terminal) => withEngine(terminal, options, (client) => command(terminal, client)));
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

/** With a client that gives up soon, so that it shows whether there is an engine, and one that waits until it is back. */
export function withFinder(
  terminal: Terminal,
  options: ConnectOptions,
  command: (clients: { finder: EngineClient; client: EngineClient }) => Promise<number>,
): Promise<number> {
  const patient = { ...options, attempts: Number.POSITIVE_INFINITY };
  return withEngine(terminal, options, (finder) =>
    withEngine(terminal, patient, (client) => command({ finder, client })),
  );
}

type View = (terminal: Terminal, options: ShowOptions) => Promise<number>;

/** A command that shows one thing, as text or as JSON. */
export function addView(
  { program, shell }: { program: Command; shell: Shell },
  name: string,
  { description, show }: { description: string; show: View },
): void {
  ofEngine(program.command(name))
    .description(description)
    .option('--json', 'print JSON')
    .action(({ json = false, ...options }: ClientOptions) =>
      askEngine(shell, options, (terminal, client) => show(terminal, { client, json })),
    );
}

/** @throws {CliError} when a title is given to a chat that has one. */
export function toChatChoice({ chat: chatId, provider, new: isNew, title }: ChatOptions): ChatChoice {
  if (title !== undefined && isNew !== true)
    throw new CliError('--title is the title of a new chat: add --new.', EXIT.USAGE);
  return { isNew: isNew === true, chatId, provider, title };
}
