import type { EngineClient, TaskView } from '../client/client.ts';
import { findChat } from './find-chat.ts';
import { show, type ShowOptions } from './show.ts';
import { toColumns } from './show-status.ts';
import { EXIT, type Colors, type Terminal } from './terminal.ts';
import { visible } from './visible.ts';

interface Which {
  /** The id of a chat, or how it begins; the chat that was used last when left out. */
  chatId?: string | undefined;
}

const LINES = 5;

/** Prints what the agent of a chat runs beside its turns, and the end of what it prints. */
export async function showTasks(
  terminal: Terminal,
  { client, json, ...choice }: ShowOptions & Which,
): Promise<number> {
  const signal = terminal.stopSignal();
  const { chat } = await findChat(client, { ...choice, isNew: false, signal });
  const tasks = await client.chats.tasks(chat.id, { signal });
  const text = describe(tasks, terminal.colors);
  const nothing = `Nothing runs in the background of the chat "${chat.title}".`;
  return show(terminal, { json, value: { tasks }, text, nothing });
}

export async function stopTask(
  terminal: Terminal,
  { client, taskId, ...choice }: { client: EngineClient; taskId: string } & Which,
): Promise<number> {
  const signal = terminal.stopSignal();
  const { chat } = await findChat(client, { ...choice, isNew: false, signal });
  await client.chats.stopTask({ chatId: chat.id, taskId }, { signal });
  return EXIT.DONE;
}

function describe(tasks: readonly TaskView[], { dim, green }: Colors): string {
  const heads = toColumns(
    tasks.map(({ id, kind, state, tokens, title }) => [
      id,
      kind,
      (state === 'running' ? green : dim)(state),
      tokens === undefined ? '' : `${tokens} tokens`,
      visible(title),
    ]),
  ).split('\n');
  return tasks
    .map(({ outputTail }, index) => {
      const lines = outputTail.trimEnd().split('\n').slice(-LINES).filter(Boolean);
      return [heads[index], ...lines.map((line) => dim(`  ${visible(line)}`)), ''].join('\n');
    })
    .join('');
}
