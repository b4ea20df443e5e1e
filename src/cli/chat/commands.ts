/** What can be typed in a chat besides messages and answers. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { ChatSummary, EngineClient, NewMessage } from '../../client/client.ts';
import { findChat, noSuchChat, pickChat } from '../find-chat.ts';
import { toColumns } from '../show-status.ts';
import { CliError, EXIT } from '../terminal.ts';
import { visible } from '../visible.ts';

export interface CommandContext {
  client: EngineClient;
  chat: ChatSummary;
  signal: AbortSignal;
  /** Shows another chat from now on. */
  open: (chat: ChatSummary) => void;
}

export const HELP = `Type a message and press Enter. While the agent works, what you send waits for its turn.
  /plan <message>           have a plan made first, to approve it here
  /image <file> <message>   send a picture with it
  /model [<model>]          the models; with one: use it for messages to come
  /cost                     what this chat has used
  /tasks                    what runs in the background
  /rename <title>           call this chat something else
  /queue                    what waits
  /clear                    drop what waits
  /chats [<number or id>]   the chats; with one: go on in it
  /new [<agent>]            open a new chat and go on in it
  /interrupt                stop the running turn, as Ctrl-C does
  /quit                     leave, as Ctrl-D and Ctrl-C twice do; the agent goes on
Any other command goes to the agent. Tab completes the name of a file behind an @.
`;

/** What a line begins with behind a slash, as a whole, and the rest; the name is empty where it is none. */
export function commandIn(line: string): { name: string; rest: string } {
  const [, name = '', rest = ''] = /^\/(\S+)\s*(.*)$/s.exec(line) ?? [];
  return { name, rest };
}

/** What is shown of it. */
type Command = (context: CommandContext, rest: string) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  async queue({ client, chat: { id }, signal }) {
    const { queue } = await client.chats.queue(id, { signal });
    return queue.map(({ message }, index) => `${index + 1}. ${message}`).join('\n') || 'Nothing waits.';
  },
  async clear({ client, chat: { id }, signal }) {
    await client.chats.clearQueue(id, { signal });
    return 'Nothing waits any more.';
  },
  async rename({ client, chat: { id }, signal }, title) {
    if (title === '') throw new CliError('Say what to call it: /rename <title>', EXIT.USAGE);
    const chat = await client.chats.update(id, { title }, { signal });
    return `This chat is called "${chat.title}" now.`;
  },
  async model({ client, chat: { id }, signal }, model) {
    if (model !== '') {
      await client.chats.update(id, { model }, { signal });
      return `Messages to come run with ${model}.`;
    }
    const models = await client.chats.models(id, { signal });
    return toColumns(models.map(({ id, name, current }) => [`${current ? '*' : ' '} ${id}`, name])).trimEnd();
  },
  async cost({ client, chat: { id }, signal }) {
    const { chat } = await client.chats.get(id, { signal });
    const { turns = 0, inputTokens = 0, outputTokens = 0, costUsd } = chat.usage ?? {};
    const cost = costUsd === undefined ? '' : `, $${costUsd.toFixed(2)}`;
    return `${turns} turns, ${inputTokens} tokens in, ${outputTokens} out${cost}`;
  },
  async tasks({ client, chat: { id }, signal }) {
    const tasks = await client.chats.tasks(id, { signal });
    return tasks.map(({ id, state, title }) => `${id}  ${state}  ${title}`).join('\n') || 'Nothing runs.';
  },
  async chats({ client, chat, signal, open }, wanted) {
    const { chats } = await client.chats.list({ signal });
    if (wanted === '') return toColumns(chats.map((each, index) => toRow(each, { index, chat }))).trimEnd();
    const chosen = chats[Number(wanted) - 1] ?? pickChat(chats, { chatId: wanted });
    if (chosen === null) throw noSuchChat(wanted, undefined);
    open(chosen);
    return '';
  },
  async interrupt({ client, chat: { id }, signal }) {
    const { interrupted } = await client.chats.interrupt(id, { signal });
    return interrupted ? '' : 'Nothing runs.';
  },
  async new({ client, chat, signal, open }, agent) {
    const opened = await findChat(client, { isNew: true, provider: agent || chat.provider, signal });
    open(opened.chat);
    return '';
  },
};

function toRow(
  { id, provider, title, state, awaitingInput }: ChatSummary,
  { index, chat }: { index: number; chat: ChatSummary },
): string[] {
  const mark = id === chat.id ? '*' : ' ';
  return [`${mark} ${index + 1}`, id.slice(0, 8), provider, awaitingInput ? 'waits for you' : state, title];
}

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

/** What `/image` sends: a picture of this machine, and the message that goes with it. */
export async function readPicture(rest: string): Promise<Pick<NewMessage, 'message' | 'images'>> {
  const [, file = '', message = ''] = /^(\S+)\s*(.*)$/s.exec(rest) ?? [];
  return { message, images: [await readImage(file)] };
}

export async function readImage(file: string): Promise<NonNullable<NewMessage['images']>[number]> {
  if (file === '') throw new CliError('Name the picture: /image <file> <message>', EXIT.USAGE);
  const type = Object.entries(MEDIA_TYPES).find(([ending]) => ending === extname(file).toLowerCase())?.[1];
  if (type === undefined)
    throw new CliError(`${file}: only PNG, JPEG, GIF and WebP can be sent.`, EXIT.USAGE);
  const data = await readFile(file, 'base64').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`${file} cannot be read: ${error.code}.`, EXIT.USAGE);
  });
  return { type: 'image', source: { type: 'base64', media_type: type, data } };
}
