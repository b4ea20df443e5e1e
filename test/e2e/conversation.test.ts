import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createGate } from '../support/gate.ts';
import { latestPrompt } from '../../src/dev/messages-request.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, lifeOf, textsOf } from '../support/assertions.ts';
import { claudeProcesses } from '../support/agent-processes.ts';
import { shareWorkspace } from '../support/shared-workspace.ts';
import { byPrompt, longText, saysALot, saysAround, writesFile, saidIn } from '../support/scripted-turns.ts';
import { expectWholeLog } from '../support/whole-log.ts';

const shared = shareWorkspace();

it('has one chat per agent from the first start, unused', async () => {
  const { client } = shared.enter();
  const { status, body } = await client.get<{ chats: Record<string, unknown>[] }>('/chats');
  expect(status).toBe(200);
  expect(body.chats.map(({ provider, title }) => ({ provider, title }))).toEqual([
    { provider: 'claude', title: 'Claude Code' },
    { provider: 'codex', title: 'Codex' },
  ]);
  for (const chat of body.chats) expect(chat['updatedAt']).toBe(chat['createdAt']);
});

it('carries a conversation of two turns in which the agent writes a file', async () => {
  const file = 'notes.txt';
  const workspace = shared.enter((request) =>
    byPrompt({ write: writesFile(join(workspace.folder, file), 'real work\n') })(request),
  );
  const { client, chatId, model } = workspace;
  const stream = await client.follow();

  const first = await client.send(chatId, 'Please write the file');
  expect(await stream.waitForEnd(first)).toMatchObject({
    payload: { isComplete: true, outcome: 'completed' },
  });
  expect(await readFile(join(workspace.folder, file), 'utf8')).toBe('real work\n');
  const second = await client.send(chatId, 'And now?');
  await stream.waitForEnd(second);

  for (const messageId of [first, second]) {
    expect(lifeOf(stream.events, messageId)).toEqual([
      'chat.turn.accepted',
      'chat.turn.started',
      'chat.turn.delta',
      'chat.turn.completed',
    ]);
  }
  expect(textsOf(deltasOf(stream.events, chatId))).toEqual(['Written.', 'You said: And now?']);
  expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
  expect(saidIn(model.messages().at(-1)!)).toEqual(['Please write the file', 'And now?']);
  expect(model.messages().map(latestPrompt)).toEqual([
    'Please write the file',
    'Please write the file',
    'And now?',
  ]);
  expect(await claudeProcesses(workspace.home)).toHaveLength(1);
  expectNoGap(stream.events);
});

it('shows in every snapshot what the stream already told', async () => {
  const gate = createGate();
  const { client, chatId } = shared.enter(byPrompt({ hello: saysAround(gate) }));
  const stream = await client.follow();
  const messageId = await client.send(chatId, 'hello');
  expect(await client.chat(chatId)).toMatchObject({ processing: true });
  gate.open();
  await stream.waitForEnd(messageId);
  const { body } = await client.get<{ chat: unknown; lastEventId: string }>(`/chats/${chatId}`);
  expect(body.chat).toMatchObject({ processing: false, state: 'idle', lastMessageText: 'hello' });
  await stream.waitFor(({ id }) => id === body.lastEventId);
});

it('runs a queue of three in order, one turn each', async () => {
  const gate = createGate();
  const { client, chatId, model } = shared.enter(byPrompt({ first: saysAround(gate) }));
  const stream = await client.follow();

  const answers = [];
  for (const messageId of ['first', 'second', 'third', 'fourth']) {
    answers.push((await client.post(`/chats/${chatId}/messages`, { message: messageId, messageId })).body);
  }
  expect(answers).toEqual([
    { messageId: 'first', queued: false, position: 0 },
    { messageId: 'second', queued: true, position: 1 },
    { messageId: 'third', queued: true, position: 2 },
    { messageId: 'fourth', queued: true, position: 3 },
  ]);
  const queue = await client.get<{ processing: boolean; queue: { id: string; message: string }[] }>(
    `/chats/${chatId}/queue`,
  );
  expect(queue.body.queue.map(({ id, message }) => [id, message])).toEqual([
    ['second', 'second'],
    ['third', 'third'],
    ['fourth', 'fourth'],
  ]);
  expect(queue.body.processing).toBe(true);

  await gate.reached;
  gate.open();
  await stream.waitForEnd('fourth');
  expect(model.messages().map(latestPrompt)).toEqual(['first', 'second', 'third', 'fourth']);
  expectExactlyOneEnd(stream.events, ['first', 'second', 'third', 'fourth']);
});

it('answers a message that is sent again as it did the first time, and runs it once', async () => {
  const { client, chatId, model } = shared.enter();
  const stream = await client.follow();
  const message = { message: 'only once', messageId: 'm1' };
  const first = await client.post(`/chats/${chatId}/messages`, message);
  const again = await client.post(`/chats/${chatId}/messages`, message);
  await stream.waitForEnd('m1');
  const late = await client.post(`/chats/${chatId}/messages`, message);
  expect([again, late]).toEqual([first, first]);
  expect(
    await client.post(`/chats/${chatId}/messages`, { ...message, message: 'something else' }),
  ).toMatchObject({
    status: 409,
    body: { code: expect.any(String) as string },
  });
  await stream.waitForEnd(await client.send(chatId, 'last'));
  expect(model.messages().map(latestPrompt)).toEqual(['only once', 'last']);
});

it('repairs lone surrogates and NUL, and leaves emoji alone', async () => {
  const { client, chatId, model } = shared.enter();
  const stream = await client.follow();
  const messageId = await client.send(chatId, 'ok 👩‍👩‍👧 \ud83d broken \udc00 nul \u0000 end');
  expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  const heard = latestPrompt(model.messages()[0]!);
  expect(heard).toMatch(/^ok 👩‍👩‍👧 .* broken .* nul .* end$/);
  expect(heard.isWellFormed()).toBe(true);
  expect(heard).not.toContain('\u0000');
});

it('passes model, thinking level and system settings of a message on to the agent', async () => {
  const { client, chatId, model } = await shared.enterAlone();
  const stream = await client.follow();
  await stream.waitForEnd(
    await client.send(chatId, 'one', { model: 'claude-haiku-5-5', thinkingLevel: 'low' }),
  );
  await stream.waitForEnd(await client.send(chatId, 'two', { model: 'claude-opus-5-5' }));
  expect(model.messages().map((request) => request.model)).toEqual(['claude-haiku-5-5', 'claude-opus-5-5']);
});

it('runs a message of a chat of its own, and refuses an unknown provider', async () => {
  const { client } = shared.enter();
  const stream = await client.follow();
  const created = await client.post<{ chat: { id: string } }>('/chats', {
    provider: 'claude',
    title: 'Second',
  });
  expect(created.status).toBe(201);
  await stream.waitForEnd(await client.send(created.body.chat.id, 'hello'));
  expect(textsOf(deltasOf(stream.events, created.body.chat.id))).toEqual(['You said: hello']);
  expect((await client.post('/chats', { provider: 'nobody' })).status).toBe(400);
});

it('takes a message of 100 KB and one of 5 MB back, whole', async () => {
  const { client, chatId, model, home, engine } = await shared.enterAlone(
    byPrompt({ 'a lot': saysALot(5_000_000) }),
  );
  const stream = await client.follow();
  const long = longText(100_000);
  await stream.waitForEnd(await client.send(chatId, long));
  expect(latestPrompt(model.messages()[0]!)).toBe(long);
  await stream.waitForEnd(await client.send(chatId, 'Say a lot'));
  expect(textsOf(deltasOf(stream.events, chatId)).at(-1)).toBe(longText(5_000_000));
  expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
  await engine().end('SIGTERM');
  await expectWholeLog(home);
});
