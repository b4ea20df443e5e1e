import { expect, it } from 'vitest';
import { showTasks, stopTask } from '../../src/cli/show-tasks.ts';
import type { EngineClient, TaskView } from '../../src/client/client.ts';
import { openTestTerminal } from './stand-in.ts';

const TASK: TaskView = {
  id: 't1',
  kind: 'shell',
  title: 'npm run dev',
  state: 'running',
  startedAt: '2026-01-01T00:00:00.000Z',
  lastActivityAt: '2026-01-01T00:00:00.000Z',
  outputTail: '1\n2\n3\n4\n5\n\u001B[31mred\u001B[0m\u009B\n',
};
const AGENT: TaskView = {
  ...TASK,
  id: 't22',
  kind: 'agent',
  title: 'Look',
  state: 'completed',
  tokens: 7,
  outputTail: '',
};

/** A client of an engine with one chat. */
function clientOf(tasks: TaskView[]) {
  const asked: unknown[] = [];
  const chats = {
    list: async () => ({
      chats: [{ id: 'chat-1', provider: 'claude', createdAt: '', updatedAt: '' }],
      lastEventId: '',
    }),
    tasks: async (chatId: string) => (asked.push(chatId), tasks),
    stopTask: async (task: object) => void asked.push(task),
  };
  return { client: { chats } as unknown as EngineClient, asked };
}

it('tasks are shown with the last lines they printed, whose controls do not act on the terminal', async () => {
  const terminal = openTestTerminal();

  expect(await showTasks(terminal, { client: clientOf([TASK, AGENT]).client, json: false })).toBe(0);

  expect(terminal.printed()).toBe(
    [
      't1   shell  running              npm run dev',
      '  2',
      '  3',
      '  4',
      '  5',
      '  ␛[31mred␛[0m�',
      't22  agent  completed  7 tokens  Look',
      '',
    ].join('\n'),
  );
});

it('tasks are printed as JSON, as the engine tells them', async () => {
  const terminal = openTestTerminal();

  await showTasks(terminal, { client: clientOf([TASK]).client, json: true });

  expect(JSON.parse(terminal.printed())).toEqual({ tasks: [TASK] });
});

it('a task of a chat is stopped, the chat told by how its id begins', async () => {
  const { client, asked } = clientOf([TASK]);

  expect(await stopTask(openTestTerminal(), { client, chatId: 'ch', taskId: 't1' })).toBe(0);

  expect(asked).toEqual([{ chatId: 'chat-1', taskId: 't1' }]);
});
