import { expect, it } from 'vitest';
import type { z } from 'zod';
import { say, useTool } from '../../src/dev/scripted-steps.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import type { RequestListSchema } from '../../src/contract/requests.ts';
import { startWorkspace } from '../support/workspace.ts';

type RequestList = z.infer<typeof RequestListSchema>;

const OPTIONS = ['A', 'B'].map((label) => ({ label, description: label }));
const QUESTION = { question: 'Which one?', header: 'Choice', multiSelect: false, options: OPTIONS };

const asks = scriptTurns((_, [result]) =>
  result ? say('Thank you.') : useTool('AskUserQuestion', { questions: [QUESTION] }),
);

it('tells a control plane that was away of a question once, before it tells that it was answered', async () => {
  const { client, chatId, monolith, kill, start } = await startWorkspace({
    script: asks,
    environment: { HEARTBEAT_MS: '100' },
    fault: ({ idempotencyKey }) => (idempotencyKey === null ? undefined : { kind: 'status', status: 503 }),
  });
  const messageId = await client.send(chatId, 'ask me');
  const request = async () => (await client.get<RequestList>(`/chats/${chatId}/requests`)).body.requests[0];
  await expect.poll(request).toMatchObject({ kind: 'question' });
  const requestId = (await request())?.id ?? '';
  await expect
    .poll(() => monolith.heartbeats.at(-1)?.payload.undelivered)
    .toMatchObject({ id: expect.any(String) });
  const stream = await client.follow();
  const answer = { decision: 'allow', answers: { 'Which one?': 'B' } };
  await client.post(`/chats/${chatId}/requests/${encodeURIComponent(requestId)}`, answer);
  await stream.waitForEnd(messageId);
  await kill();

  monolith.fault = () => undefined;
  await start();

  const types = ['chat.request.opened', 'chat.request.closed', 'chat.turn.completed'];
  const told = () => monolith.events.filter(({ type }) => types.includes(type));
  await expect.poll(() => told().map(({ type }) => type)).toEqual(types);
  expect(told()[0]?.payload).toMatchObject({
    chatId,
    title: 'ask me',
    summary: 'Which one?',
    request: { id: requestId, kind: 'question' },
  });
  expect(told()[1]?.payload).toEqual({ chatId, requestId, outcome: 'allowed' });
});

it('sends no sign of life while the engine hangs, and goes on when it does', async () => {
  const { monolith, engine } = await startWorkspace({ environment: { HEARTBEAT_MS: '50' } });
  await expect.poll(() => monolith.heartbeats.length).toBeGreaterThan(2);
  expect(monolith.heartbeats.at(-1)?.payload).toMatchObject({ status: 'ok', counters: { chatsTotal: 2 } });

  process.kill(engine().pid, 'SIGSTOP');
  const age = () => Date.now() - Date.parse(monolith.heartbeats.at(-1)?.ts ?? '');
  await expect.poll(age).toBeGreaterThan(1_000);
  process.kill(engine().pid, 'SIGCONT');

  await expect.poll(age).toBeLessThan(1_000);
});
