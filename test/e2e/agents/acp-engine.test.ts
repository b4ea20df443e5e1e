import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { startRecordedModel } from '../../support/recorded-model.ts';
import { agentProcesses, processesRunning } from '../../support/agent-processes.ts';
import { killAll } from '../../support/running-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap } from '../../support/assertions.ts';
import { byPrompt, inSteps, runsForever } from '../../support/scripted-turns.ts';
import { expectWholeLog } from '../../support/whole-log.ts';
import { startWorkspace } from '../../support/workspace.ts';
import { ACP_ADAPTER, adapterEnvironment } from './acp-support.ts';

const command = 'echo x >> ran.txt; until [ -e go.txt ]; do sleep 0.05; done; echo done';

it('completes the turns whose engine was killed on the way, and runs each tool once', async () => {
  const gate = createGate();
  const { client, home, folder, kill, start, engine } = await startAcpWorkspace({
    tool: inSteps(useTool('Bash', { command }), say('Ran.')),
    text: () => say('one ', gate, 'two'),
  });
  const stream = await client.follow({ resume: true });
  const tool = await client.firstChat('claude-acp');
  const { body } = await client.post<{ chat: { id: string } }>('/chats', { provider: 'claude-acp' });
  const text = body.chat.id;
  const messages = [await client.send(tool, 'tool'), await client.send(text, 'text')];
  await gate.reached;
  await vi.waitFor(() => readFile(join(folder, 'ran.txt')), 60_000);
  const before = await adaptersIn(home);

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
  expect(await adaptersIn(home)).toEqual(before);
  expectNoGap(stream.events);
  expectExactlyOneEnd(stream.events, messages);
  await engine().end('SIGTERM');
  expect(await agentProcesses(home)).toEqual([]);
  await expectWholeLog(home);
});

it('resumes the session of an agent that was killed, after the turn that it cut off', async () => {
  const { client, home, model } = await startAcpWorkspace({ tool: runsForever() });
  const stream = await client.follow();
  const chatId = await client.firstChat('claude-acp');
  await stream.waitForEnd(await client.send(chatId, 'before'));
  const cut = await client.send(chatId, 'tool');
  await stream.waitFor(
    ({ type, payload }) => type === 'chat.turn.delta' && payload.event.type === 'acp-tool_call',
  );
  killAll(await adaptersIn(home));
  expect(await stream.waitForEnd(cut)).toMatchObject({
    payload: { outcome: 'errored', error: { code: 'agent_exited' } },
  });
  await stream.waitForEnd(await client.send(chatId, 'after'));
  expect(JSON.stringify(model.messages().at(-1))).toContain('You said: before');
  expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
  expectExactlyOneEnd(stream.events, [cut]);
});

async function startAcpWorkspace(turns: Parameters<typeof byPrompt>[0]) {
  const model = await startRecordedModel({ script: byPrompt(turns) });
  onTestFinished(() => model.close());
  const agents = { 'claude-acp': { command: process.execPath, args: [ACP_ADAPTER], title: 'Claude Agent' } };
  const workspace = await startWorkspace({
    environment: { ...adapterEnvironment(model), ACP_AGENTS: JSON.stringify(agents) },
  });
  return { ...workspace, model };
}

function saidIn(events: readonly { type: string; payload: Record<string, unknown> }[]): string[] {
  return events
    .filter(({ type }) => type === 'acp-agent_message')
    .flatMap(({ payload }) => (payload as { content: { text: string }[] }).content.map(({ text }) => text));
}

function adaptersIn(home: string) {
  return processesRunning('node', home);
}
