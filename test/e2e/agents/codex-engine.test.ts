import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { startRecordedResponses } from '../../support/recorded-model.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import { agentProcesses, ENDLESS_COMMAND, processesRunning } from '../../support/agent-processes.ts';
import { killAll } from '../../support/running-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, lifeOf } from '../../support/assertions.ts';
import type { EngineClient } from '../../support/engine-client.ts';
import { inSteps, turnByPrompt } from '../../support/scripted-turns.ts';
import { expectWholeLog } from '../../support/whole-log.ts';
import { startWorkspace } from '../../support/workspace.ts';
import { configureCodex } from './codex-support.ts';

const run = (cmd: string) => useTool('exec_command', { cmd, yield_time_ms: 60_000 });
const PATIENCE = { timeout: 60_000, interval: 50 };
const forever = inSteps(run(ENDLESS_COMMAND), say('Never said.'));

it('runs ten chats at once, each on a server of its own of which no more stay than are to be kept', async () => {
  const { client, home } = await startCodexWorkspace(turnByPrompt({}));
  const stream = await client.follow();
  const chats = await createChats(client, 10);
  const messages = await Promise.all(chats.map((chatId, index) => client.send(chatId, `I am ${index}`)));
  for (const messageId of messages) {
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
  for (const [index, chatId] of chats.entries()) {
    expect(saidIn(deltasOf(stream.events, chatId))).toEqual([`You said: I am ${index}`]);
    expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
  }
  await expect.poll(async () => (await serversOf(home)).length, PATIENCE).toBe(8);
  expectNoGap(stream.events);
});

it('ends the turns of killed servers once each, and resumes the same threads', async () => {
  const { client, home, model } = await startCodexWorkspace(turnByPrompt({ tool: forever }));
  const stream = await client.follow();
  const chats = await createChats(client, 3);
  for (const chatId of chats) await stream.waitForEnd(await client.send(chatId, 'before'));
  const cut = await Promise.all(chats.map((chatId) => client.send(chatId, 'tool')));
  await vi.waitFor(async () => expect(await endlessIn(home)).toBe(3), 60_000);
  killAll(await serversOf(home));
  for (const messageId of cut) {
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'errored' } });
  }
  for (const chatId of chats) await stream.waitForEnd(await client.send(chatId, 'after'));
  expect(JSON.stringify(model.requests.at(-1))).toContain('You said: before');
  expect(await endlessIn(home)).toBe(0);
  expectExactlyOneEnd(stream.events, cut);
  for (const chatId of chats) expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
});

it('completes the turns whose engine was killed on the way, and runs each tool once', async () => {
  const command = 'echo x >> ran.txt; until [ -e go.txt ]; do sleep 0.05; done; echo done';
  const gate = createGate();
  const { client, home, folder, kill, start, engine } = await startCodexWorkspace(
    turnByPrompt({
      tool: inSteps(run(command), say('Ran.')),
      text: () => say('one ', gate, 'two'),
    }),
  );
  const stream = await client.follow({ resume: true });
  const [tool, text] = (await createChats(client, 2)) as [string, string];
  const messages = [await client.send(tool, 'tool'), await client.send(text, 'text')];
  await gate.reached;
  await vi.waitFor(() => readFile(join(folder, 'ran.txt')), 60_000);
  const before = await serversOf(home);

  await kill();
  gate.open();
  await start();
  await writeFile(join(folder, 'go.txt'), '');
  for (const messageId of messages) {
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
  expect(saidIn(deltasOf(stream.events, tool))).toEqual(['Ran.']);
  expect(saidIn(deltasOf(stream.events, text))).toEqual(['one two']);
  expect(await readFile(join(folder, 'ran.txt'), 'utf8')).toBe('x\n');
  for (const chatId of [tool, text]) {
    expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
  }
  expect(await serversOf(home)).toEqual(before);
  expectNoGap(stream.events);
  expectExactlyOneEnd(stream.events, messages);
  await engine().end('SIGTERM');
  await expectWholeLog(home);
});

it('says messages into a running turn, each accepted once and ended once with it', async () => {
  const waits = inSteps(run('until [ -e go.txt ]; do sleep 0.05; done'), say('Never asked.'));
  const { client, folder, kill, start } = await startCodexWorkspace(turnByPrompt({ tool: waits }));
  const stream = await client.follow({ resume: true });
  const chatId = await client.firstChat('codex');
  const steer = (message: string) => client.post(`/chats/${chatId}/steer`, { message, messageId: message });
  expect(await steer('nobody listens')).toMatchObject({ status: 409, body: { code: 'nothing_to_steer' } });
  const host = await client.send(chatId, 'tool');
  await stream.waitFor(
    ({ type, payload }) => type === 'chat.turn.delta' && JSON.stringify(payload).includes('exec_command'),
  );

  const answer = { status: 200, body: { messageId: 'hurry', queued: false, position: 0 } };
  expect(await steer('hurry')).toEqual(answer);
  await stream.waitFor(
    ({ type, payload }) =>
      type === 'chat.turn.started' && 'messageId' in payload && payload.messageId === 'hurry',
  );
  await kill();
  await start();
  expect(await steer('hurry')).toEqual(answer);
  await writeFile(join(folder, 'go.txt'), '');

  for (const messageId of [host, 'hurry']) {
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
  expect(lifeOf(stream.events, 'hurry')).toEqual([
    'chat.turn.accepted',
    'chat.turn.started',
    'chat.turn.completed',
  ]);
  expect(saidIn(deltasOf(stream.events, chatId))).toEqual(['You said: hurry']);
  expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
  expectExactlyOneEnd(stream.events, [host, 'hurry']);
  expect(await steer('hurry')).toEqual(answer);
});

it('leaves no process behind when the engine is asked to end in the middle of turns', async () => {
  const { client, home, engine } = await startCodexWorkspace(turnByPrompt({ tool: forever }));
  const chats = await createChats(client, 3);
  for (const chatId of chats) await client.send(chatId, 'tool');
  await vi.waitFor(async () => expect(await endlessIn(home)).toBe(3), 60_000);
  expect(await engine().end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await agentProcesses(home)).toEqual([]);
});

async function startCodexWorkspace(turn: Turn) {
  const model = await startRecordedResponses({ turn });
  onTestFinished(() => model.close());
  const workspace = await startWorkspace({ environment: { SCRIPTED_KEY: 'sk-scripted' } });
  await configureCodex(workspace.home, model);
  return { ...workspace, model };
}

async function createChats(client: EngineClient, count: number): Promise<string[]> {
  const chats: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { body } = await client.post<{ chat: { id: string } }>('/chats', { provider: 'codex' });
    chats.push(body.chat.id);
  }
  return chats;
}

function saidIn(events: readonly { type: string; payload: Record<string, unknown> }[]): string[] {
  return events
    .filter(({ payload }) => payload['type'] === 'message')
    .flatMap(({ payload }) => (payload as { content: { text: string }[] }).content.map(({ text }) => text));
}

function serversOf(home: string) {
  return processesRunning('codex', home);
}

async function endlessIn(home: string): Promise<number> {
  return (await agentProcesses(home)).filter(({ command }) => command === ENDLESS_COMMAND).length;
}
