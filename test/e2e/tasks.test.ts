import { expect, it } from 'vitest';
import type { TaskView } from '../../src/contract/tasks.ts';
import { say, useTool } from '../../src/dev/scripted-steps.ts';
import type { EventStream } from '../support/event-stream.ts';
import {
  ENDLESS_COMMAND,
  expectEndlessCommandGone,
  killAgents,
  waitForEndlessCommand,
} from '../support/agent-processes.ts';
import { byPrompt, inSteps } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';

const COMMAND = `echo "my $REPLICAS_ENGINE_SECRET"; printf '\\033[1mbold\\033[0m\\n'; ${ENDLESS_COMMAND}`;

it('what runs in the background is listed without secrets, outlives an engine, and ends when it is stopped, or with its agent', async () => {
  const leave = inSteps(
    useTool('Bash', { command: COMMAND, description: 'Wait', run_in_background: true }),
    say('Left.'),
  );
  const { client, chatId, home, kill, start } = await startWorkspace({ script: byPrompt({ leave }) });
  const list = async () => (await client.get<{ tasks: TaskView[] }>(`/chats/${chatId}/tasks`)).body.tasks;
  let stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'leave it'));
  await waitForEndlessCommand(home);

  await expect
    .poll(list)
    .toMatchObject([{ outputTail: 'my [redacted]\n\u001B[1mbold\u001B[0m\n', state: 'running' }]);
  const [first] = await list();
  expect(first).toEqual({
    id: expect.any(String),
    kind: 'shell',
    title: 'Wait',
    state: 'running',
    startedAt: expect.any(String),
    lastActivityAt: expect.any(String),
    outputTail: expect.any(String),
  });
  expect(await client.chat(chatId)).toMatchObject({ processing: false });
  const path = `/chats/${chatId}/tasks`;
  expect(await client.post(`${path}/nothing/stop`)).toMatchObject({
    status: 404,
    body: { code: 'task_not_found' },
  });

  await kill();
  await start();
  expect(await list()).toEqual([first]);
  stream = await client.follow();
  expect(await client.post(`${path}/${first!.id}/stop`)).toEqual({ status: 200, body: { success: true } });
  await expectEndlessCommandGone(home);
  await expect.poll(() => changesIn(stream)).toEqual(['stopping', 'stopped']);

  await stream.waitForEnd(await client.send(chatId, 'leave it again'));
  expect((await client.post(`/chats/${chatId}/interrupt`)).body).toMatchObject({ background: 'keep' });
  expect(await list()).toMatchObject([{ state: 'stopped' }, { state: 'running' }]);
  expect(await client.post(`/chats/${chatId}/interrupt?background=stop`)).toEqual({
    status: 200,
    body: { interrupted: false, queue: [], background: 'stop' },
  });
  await expect.poll(list).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }]);

  await stream.waitForEnd(await client.send(chatId, 'leave it at last'));
  await waitForEndlessCommand(home);
  await kill();
  await killAgents(home);
  await start();
  await expect.poll(list).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }, { state: 'lost' }]);
  const all = await client.follow({ after: stream.events[0]!.id });
  await expect.poll(() => changesIn(all).filter((state) => state === 'lost')).toEqual(['lost']);
});

/** How tasks were told to stand, one after the other. */
function changesIn({ events }: EventStream): string[] {
  return events.flatMap((event) => (event.type === 'chat.task.changed' ? [event.payload.task.state] : []));
}
