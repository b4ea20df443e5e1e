import { expect, it } from 'vitest';
import { startApp } from '../../support/fake-engine.ts';
import { task } from '../../support/chat-words.ts';

const TASK = { ...task('t1'), lastActivityAt: '2026-01-01T00:00:07.000Z', outputTail: 'ready\n' };

it('GET /chats/:chatId/tasks answers with what the agent runs beside its turns', async () => {
  const response = await startApp({ tasks: { list: async () => [TASK] } }).request('/chats/c1/tasks');

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ tasks: [TASK] });
});

it('POST /chats/:chatId/tasks/:taskId/stop hands the wish on', async () => {
  const stopped: unknown[][] = [];
  const stopTask = async (...parameters: unknown[]) => void stopped.push(parameters);

  const response = await startApp({ tasks: { stop: stopTask } }).request('/chats/c1/tasks/a%2Fb/stop', {
    method: 'POST',
  });

  expect(await response.json()).toEqual({ success: true });
  expect(stopped).toEqual([['c1', 'a/b']]);
});
