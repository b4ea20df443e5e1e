import { expect, it, vi } from 'vitest';
import { createGate } from '../support/gate.ts';
import { latestPrompt } from '../../src/dev/messages-request.ts';
import {
  claudeProcesses,
  expectEndlessCommandGone,
  expectNoAgents,
  waitForEndlessCommand,
} from '../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, textsOf } from '../support/assertions.ts';
import type { EventStream } from '../support/event-stream.ts';
import { shareWorkspace } from '../support/shared-workspace.ts';
import { byPrompt, runsForever, saysAround, saidIn } from '../support/scripted-turns.ts';
import { hang } from '../support/model-troubles.ts';

const shared = shareWorkspace();

it('stops an answer on its way, keeps what was said and goes on in the same session', async () => {
  const gate = createGate();
  const { client, chatId, model } = shared.enter(byPrompt({ slow: saysAround(gate) }));
  const stream = await client.follow();
  const messageId = await client.send(chatId, 'a slow one');
  await gate.reached;

  expect(await client.post(`/chats/${chatId}/interrupt`)).toEqual({
    status: 200,
    body: { interrupted: true, queue: [], background: 'keep' },
  });
  expect(await stream.waitForEnd(messageId)).toMatchObject({
    payload: { outcome: 'interrupted', isComplete: false },
  });
  await vi.waitFor(() => expect(model.requests[0]?.aborted).toBe(true), 60_000);
  expect(typesAround(stream, chatId)).toEqual(['chat.interrupted', 'chat.turn.completed']);

  await stream.waitForEnd(await client.send(chatId, 'and now?'));
  expect(saidIn(model.messages().at(-1)!)).toEqual(['a slow one', 'and now?']);
  expect(textsOf(deltasOf(stream.events, chatId)).at(-1)).toBe('You said: and now?');
});

it('ends the command that a tool runs, and keeps the agent', async () => {
  const { client, chatId, home } = shared.enter(byPrompt({ run: runsForever() }));
  const stream = await client.follow();
  const messageId = await client.send(chatId, 'run it');
  await waitForEndlessCommand(home);
  const [before] = await claudeProcesses(home);

  await client.post(`/chats/${chatId}/interrupt`);
  expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'interrupted' } });
  await expectEndlessCommandGone(home);
  expect(await claudeProcesses(home)).toEqual([before]);
  expect(await stream.waitForEnd(await client.send(chatId, 'next'))).toMatchObject({
    payload: { outcome: 'completed' },
  });
});

it('interrupts an agent whose model does not answer at all', async () => {
  const { client, chatId, model } = shared.enter(byPrompt({ hang: () => hang }));
  const stream = await client.follow();
  const messageId = await client.send(chatId, 'hang');
  await vi.waitFor(() => expect(model.requests).toHaveLength(1), 60_000);
  await client.post(`/chats/${chatId}/interrupt`);
  expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'interrupted' } });
  expect(await stream.waitForEnd(await client.send(chatId, 'next'))).toMatchObject({
    payload: { outcome: 'completed' },
  });
});

it('lets the next message of the queue run after an interrupt', async () => {
  const gate = createGate();
  const { client, chatId, model } = shared.enter(byPrompt({ slow: saysAround(gate) }));
  const stream = await client.follow();
  await client.send(chatId, 'a slow one', { messageId: 'm1' });
  await client.send(chatId, 'second', { messageId: 'm2' });
  await client.send(chatId, 'third', { messageId: 'm3' });
  await gate.reached;
  expect((await client.post(`/chats/${chatId}/interrupt`)).body).toEqual({
    interrupted: true,
    queue: ['m2', 'm3'],
    background: 'keep',
  });
  expect(await stream.waitForEnd('m3')).toMatchObject({ payload: { outcome: 'completed' } });
  expectExactlyOneEnd(stream.events, ['m1', 'm2', 'm3']);
  expect(model.messages().map(latestPrompt)).toEqual(['a slow one', 'second', 'third']);
});

it('drops the queue when asked to', async () => {
  const gate = createGate();
  const { client, chatId } = shared.enter(byPrompt({ slow: saysAround(gate) }));
  const stream = await client.follow();
  await client.send(chatId, 'a slow one', { messageId: 'm4' });
  await client.send(chatId, 'second', { messageId: 'm5' });
  await gate.reached;
  expect((await client.post(`/chats/${chatId}/interrupt?queue=clear`)).body).toEqual({
    interrupted: true,
    queue: ['m5'],
    background: 'keep',
  });
  await stream.waitForEnd('m4');
  expect(
    stream.events.flatMap(({ type, payload }) => (type === 'chat.message.dropped' ? payload : [])),
  ).toEqual([{ chatId, messageId: 'm5', reason: 'cleared' }]);
  await expect.poll(() => client.chat(chatId)).toMatchObject({ processing: false });
  expectExactlyOneEnd(stream.events, ['m4', 'm5']);
});

it('does nothing to an idle chat', async () => {
  const { client, chatId } = shared.enter();
  expect(await client.post(`/chats/${chatId}/interrupt`)).toEqual({
    status: 200,
    body: { interrupted: false, queue: [], background: 'keep' },
  });
});

it('interrupts once, however often it is asked', async () => {
  const gate = createGate();
  const { client, chatId } = shared.enter(byPrompt({ slow: saysAround(gate) }));
  const stream = await client.follow();
  const messageId = await client.send(chatId, 'a slow one');
  await gate.reached;
  await Promise.all(Array.from({ length: 5 }, () => client.post(`/chats/${chatId}/interrupt`)));
  await stream.waitForEnd(messageId);
  await stream.waitForEnd(await client.send(chatId, 'next'));
  expectExactlyOneEnd(stream.events, [messageId]);
});

it('deletes a chat in the middle of its turn: its end first, then the news, and no process is left', async () => {
  const { client, chatId, home } = shared.enter(byPrompt({ run: runsForever() }));
  const stream = await client.follow();
  await client.send(chatId, 'run it', { messageId: 'm6' });
  await client.send(chatId, 'second', { messageId: 'm7' });
  await waitForEndlessCommand(home);

  expect(await client.delete(`/chats/${chatId}`)).toEqual({ status: 200, body: { success: true } });
  await stream.waitFor(({ type }) => type === 'chat.deleted');
  await expectNoAgents(home);
  const ends = ['chat.turn.completed', 'chat.message.dropped', 'chat.deleted'];
  expect(stream.events.map(({ type }) => type).filter((type) => ends.includes(type))).toEqual(ends);
  expect((await client.get(`/chats/${chatId}`)).status).toBe(404);
  expect((await client.get(`/chats/${chatId}/history`)).status).toBe(404);
  expectExactlyOneEnd(stream.events, ['m6', 'm7']);
});

function typesAround({ events }: EventStream, chatId: string): string[] {
  return events
    .filter(({ type, payload }) => 'chatId' in payload && payload.chatId === chatId && !isStep(type))
    .map(({ type }) => type);
}

function isStep(type: string): boolean {
  return ['chat.turn.accepted', 'chat.turn.started', 'chat.turn.delta', 'chat.usage.changed'].includes(type);
}
