import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { latestPrompt } from '../../src/dev/messages-request.ts';
import { say, useTool, type Step } from '../../src/dev/scripted-steps.ts';
import type { Script } from '../../src/dev/scripted-model.ts';
import { agentProcesses } from '../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, textsOf } from '../support/assertions.ts';
import { fetchOnce } from '../support/fetch-once.ts';
import { shareWorkspace } from '../support/shared-workspace.ts';
import { byPrompt, inSteps, saidIn } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';
import { failMessage, hang, refuse, reset } from '../support/model-troubles.ts';

const NO_RETRY = { 'x-should-retry': 'false' };

const shared = shareWorkspace();

it.each<{ trouble: string; step: Step }>([
  { trouble: '401', step: refuse(401, 'authentication_error', NO_RETRY) },
  { trouble: '429', step: refuse(429, 'rate_limit_error', NO_RETRY) },
  { trouble: '529', step: refuse(529, 'overloaded_error', NO_RETRY) },
  { trouble: '500', step: refuse(500, 'api_error', NO_RETRY) },
  { trouble: 'a broken connection', step: reset },
  { trouble: 'an error in the stream', step: failMessage({ type: 'overloaded_error', message: 'no' }) },
])('ends a turn as errored on $trouble from the model, and runs the next', async ({ step }) => {
  const { client, chatId, model } = shared.enter(byPrompt({ trouble: () => step }));
  const stream = await client.follow();
  const { payload } = await stream.waitForEnd(await client.send(chatId, 'trouble'));
  expect(payload).toMatchObject({ outcome: 'errored', isComplete: false });
  expect(payload.error?.message).toMatch(/\S/);
  await expect
    .poll(() => client.chat(chatId))
    .toMatchObject({
      state: 'errored',
      processing: false,
      lastError: payload.error,
    });
  expect(await stream.waitForEnd(await client.send(chatId, 'next'))).toMatchObject({
    payload: { outcome: 'completed' },
  });
  expect(saidIn(model.messages().at(-1)!)).toContain('next');
  await expect.poll(() => client.chat(chatId)).toMatchObject({ state: 'idle' });
});

it('rides out a model that is overloaded for a moment', async () => {
  let isOverloaded = true;
  const script: Script = (request) => {
    const step = isOverloaded ? refuse(529, 'overloaded_error') : say(`Heard ${latestPrompt(request)}`);
    isOverloaded = false;
    return step;
  };
  const { client, chatId } = shared.enter(script);
  const stream = await client.follow();
  expect(await stream.waitForEnd(await client.send(chatId, 'hello'))).toMatchObject({
    payload: { outcome: 'completed' },
  });
  expect(textsOf(deltasOf(stream.events, chatId))).toEqual(['Heard hello']);
});

it('interrupts an agent that is silent for too long and says why, but not while a tool runs', async () => {
  const { client, chatId, engine, folder, model, start } = await startWorkspace({
    script: byPrompt({
      hang: () => hang,
      run: inSteps(useTool('Bash', { command: 'until [ -e go ]; do sleep 0.1; done' }), say('Ran.')),
    }),
  });
  const { body } = await client.post<{ chat: { id: string } }>('/chats', { provider: 'claude' });
  const stream = await client.follow({ resume: true });
  const running = await client.send(body.chat.id, 'run it');
  await stream.waitFor(
    ({ type, payload }) => type === 'chat.turn.delta' && JSON.stringify(payload).includes('"tool_use"'),
  );
  const silent = await client.send(chatId, 'hang');
  await expect.poll(() => model.messages().some((request) => saidIn(request).includes('hang'))).toBe(true);

  // A limit so short, but only once both agents are where they say nothing: starting takes them longer.
  await engine().end('SIGUSR2');
  await start({ AGENT_SILENT_MS: '1000' });
  const { payload } = await stream.waitForEnd(silent);
  expect(payload).toMatchObject({ outcome: 'errored', isComplete: false });
  expect(payload.error?.code).toMatch(/silent/i);
  expect(await client.chat(body.chat.id)).toMatchObject({ state: 'running' });

  await engine().end('SIGUSR2');
  await start();
  await writeFile(join(folder, 'go'), '');
  for (const messageId of [running, await client.send(chatId, 'next')]) {
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
});

it('runs twenty chats side by side with a few processes', async () => {
  const { client, home, model } = await startWorkspace({ environment: { AGENT_PROCESSES_MAX: '4' } });
  const stream = await client.follow();
  const chatIds = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const { body } = await client.post<{ chat: { id: string } }>('/chats', {
        provider: 'claude',
        title: `Chat ${index}`,
      });
      return body.chat.id;
    }),
  );
  const messageIds = await Promise.all(
    chatIds.map((chatId, index) => client.send(chatId, `message ${index}`)),
  );
  for (const messageId of messageIds) {
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
  for (const [index, chatId] of chatIds.entries()) {
    expect(textsOf(deltasOf(stream.events, chatId))).toEqual([`You said: message ${index}`]);
  }
  expect(model.messages()).toHaveLength(20);
  expectExactlyOneEnd(stream.events, messageIds);
  expectNoGap(stream.events);
  await expect.poll(() => runsOf(home), { timeout: 60_000 }).toBeLessThanOrEqual(4);
});

it("gives an idle agent's memory back, and resumes its session when asked again", async () => {
  const { client, chatId, home, model } = await startWorkspace({ environment: { AGENT_IDLE_MS: '500' } });
  const stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'one'));
  await vi.waitFor(async () => expect(await agentProcesses(home)).toEqual([]), 60_000);
  await stream.waitForEnd(await client.send(chatId, 'two'));
  expect(saidIn(model.messages().at(-1)!)).toEqual(['one', 'two']);
});

it('survives what breaks the rules of HTTP and JSON', async () => {
  const { client, chatId, engine } = shared.enter();
  const post = (body: BodyInit, path = `/chats/${chatId}/messages`) =>
    fetchOnce(`${client.url}${path}`, {
      method: 'POST',
      headers: { 'x-replicas-engine-secret': 'secret-of-the-tests' },
      body,
    }).then(({ status }) => status);
  expect(await post('{')).toBe(400);
  expect(await post('[]')).toBe(400);
  expect(await post('{"message": 7}')).toBe(400);
  expect(await post('{"message": ""}')).toBe(400);
  expect(await post(JSON.stringify({ message: 'x'.repeat(33 * 1024 * 1024) }))).toBe(413);
  expect(await post('{"message":"hi"}', '/chats/nobody/messages')).toBe(404);
  expect(await post('{}', '/%2e%2e/nothing')).toBe(404);
  expect((await client.get('/chats/nobody')).body).toMatchObject({
    error: expect.any(String) as string,
    code: expect.any(String) as string,
  });
  const stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'still fine'));
  expect(engine().isAlive()).toBe(true);
});

async function runsOf(home: string): Promise<number> {
  return new Set((await agentProcesses(home)).map(({ runId }) => runId)).size;
}
