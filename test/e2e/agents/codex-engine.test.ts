import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { startRecordedResponses } from '../../support/recorded-model.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import { agentProcesses, ENDLESS_COMMAND } from '../../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, lifeOf } from '../../support/assertions.ts';
import { inSteps, turnByPrompt } from '../../support/scripted-turns.ts';
import { startWorkspace } from '../../support/workspace.ts';
import { configureCodex } from './codex-support.ts';
import { createChats, processesOf } from './mixed-workspace.ts';

const run = (cmd: string) => useTool('exec_command', { cmd, yield_time_ms: 60_000 });
const PATIENCE = { timeout: 60_000, interval: 50 };
const forever = inSteps(run(ENDLESS_COMMAND), say('Never said.'));

it('runs ten chats at once, each on a server of its own of which no more stay than are to be kept', async () => {
  const { client, home } = await startCodexWorkspace(turnByPrompt({}));
  const stream = await client.follow();
  const chats = await createChats(client, 10, ['codex']);
  const messages = await Promise.all(chats.map((chatId, index) => client.send(chatId, `I am ${index}`)));
  for (const messageId of messages) {
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
  for (const [index, chatId] of chats.entries()) {
    expect(saidIn(deltasOf(stream.events, chatId))).toEqual([`You said: I am ${index}`]);
    expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
  }
  await expect.poll(async () => (await processesOf('codex', home)).length, PATIENCE).toBe(8);
  expectNoGap(stream.events);
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
  const chats = await createChats(client, 3, ['codex']);
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

function saidIn(events: readonly { type: string; payload: Record<string, unknown> }[]): string[] {
  return events
    .filter(({ payload }) => payload['type'] === 'message')
    .flatMap(({ payload }) => (payload as { content: { text: string }[] }).content.map(({ text }) => text));
}

async function endlessIn(home: string): Promise<number> {
  return (await agentProcesses(home)).filter(({ command }) => command === ENDLESS_COMMAND).length;
}
