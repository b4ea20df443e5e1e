import { cp } from 'node:fs/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { AgentEvent } from '../../src/contract/agent-event.ts';
import { createGate } from '../support/gate.ts';
import { inPieces, pause, say } from '../../src/dev/scripted-steps.ts';
import { agentProcesses, claudeProcesses, waitForEndlessCommand } from '../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap, textsOf } from '../support/assertions.ts';
import { createEngineClient, type EngineClient } from '../support/engine-client.ts';
import { launchEngine, stopEngine, waitForHealth, type Environment } from '../support/engine-process.ts';
import { findFreePort } from '../support/free-port.ts';
import { shareWorkspace } from '../support/shared-workspace.ts';
import { byPrompt, longText, runsForever, saysAround } from '../support/scripted-turns.ts';
import { createTemporaryHome } from '../support/temporary-home.ts';
import { expectWholeLog } from '../support/whole-log.ts';
import { startWorkspace } from '../support/workspace.ts';

const shared = shareWorkspace();

it('hands running turns over to the next engine on SIGUSR2, under load', async () => {
  const text = longText(200_000);
  const { client, chatId, home, model, engine, start } = await startWorkspace({
    script: byPrompt({ load: () => say(...inPieces(text, { size: 500, between: pause(10) })) }),
  });
  const stream = await client.follow({ resume: true });
  const others = await Promise.all(
    ['load 1', 'load 2'].map(async () => {
      const { body } = await client.post<{ chat: { id: string } }>('/chats', { provider: 'claude' });
      return body.chat.id;
    }),
  );
  const chatIds = [chatId, ...others];
  const messageIds = await Promise.all(chatIds.map((id, index) => client.send(id, `load ${index}`)));
  await vi.waitFor(() => expect(model.messages()).toHaveLength(3), 60_000);
  const agents = await claudeProcesses(home);
  for (let round = 0; round < 2; round += 1) {
    expect(await engine().end('SIGUSR2')).toEqual({ code: 0, signal: null });
    await start();
    await client.get('/status'); // is answered once the home is open: a start may outlast the time to leave
  }
  for (const messageId of messageIds) {
    expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
  }
  for (const id of chatIds) {
    expect(textsOf(deltasOf(stream.events, id))).toEqual([text]);
    expect(await client.history(id)).toEqual(deltasOf(stream.events, id));
  }
  expect(pidsOf(await claudeProcesses(home))).toEqual(pidsOf(agents));
  expect(model.messages()).toHaveLength(3);
  expectExactlyOneEnd(stream.events, messageIds);
  expectNoGap(stream.events);
});

it('waits for the home when the next engine starts before the last one has left', async () => {
  const gate = createGate();
  const { client, chatId, engine, start } = await startWorkspace({
    script: byPrompt({ slow: saysAround(gate) }),
  });
  const stream = await client.follow({ resume: true });
  const messageId = await client.send(chatId, 'a slow one');
  await gate.reached;
  const last = engine();
  const leaving = last.end('SIGUSR2');
  await start();
  expect(await leaving).toEqual({ code: 0, signal: null });
  gate.open();
  expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'ends a running turn as interrupted and leaves no process behind on %s',
  async (signal) => {
    const { client, chatId, home, engine, start } = shared.enter(byPrompt({ run: runsForever() }));
    const stream = await client.follow({ resume: true });
    const [running, waiting] = [`${signal}-1`, `${signal}-2`] as const;
    await client.send(chatId, 'run it', { messageId: running });
    await client.send(chatId, 'later', { messageId: waiting });
    await waitForEndlessCommand(home);

    expect(await engine().end(signal)).toEqual({ code: 0, signal: null });
    expect(await agentProcesses(home)).toEqual([]);
    await expectWholeLog(home);
    await start();
    expect(await stream.waitForEnd(running)).toMatchObject({ payload: { outcome: 'interrupted' } });
    expect(await stream.waitForEnd(waiting)).toMatchObject({ payload: { outcome: 'completed' } });
    expectExactlyOneEnd(stream.events, [running, waiting]);
    expectNoGap(stream.events);
  },
);

it('lets no second engine have the home, which names the first, and one with a copy nothing but the history', async () => {
  const gate = createGate();
  const { client, chatId, home, environment, engine } = await startWorkspace({
    script: byPrompt({ slow: saysAround(gate) }),
  });
  const second = launchEngine({ ...environment, PORT: String(await findFreePort()) });
  const stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'before'));
  const { body } = await client.get<{ lastEventId: string }>('/status');
  await client.send(chatId, 'a slow one', { messageId: 'm1' });
  await client.send(chatId, 'queued', { messageId: 'm2' });
  await gate.reached;

  expect(await second.exited).toEqual({ code: 75, signal: null });
  expect(second.logs()).toContain(String(engine().pid));
  const copy = await startCopy(home, environment);
  const copied = await copy.follow({ after: body.lastEventId });
  expect(await copied.waitForEnd('m1')).toMatchObject({ payload: { outcome: 'lost' } });
  await copied.waitFor(({ type }) => type === 'chat.message.dropped');
  expectExactlyOneEnd(copied.events, ['m1', 'm2']);
  expect(textsOf((await copy.history(chatId)) as AgentEvent[])).toContain('You said: before');
  await copied.waitForEnd(await copy.send(chatId, 'in the copy'));
  expect(await agentProcesses(home)).not.toEqual([]);

  gate.open();
  expect(await stream.waitForEnd('m1')).toMatchObject({ payload: { outcome: 'completed' } });
  expect(await stream.waitForEnd('m2')).toMatchObject({ payload: { outcome: 'completed' } });
});

/** An engine of another workspace on a copy of this home. */
async function startCopy(home: string, environment: Environment): Promise<EngineClient> {
  const copy = await createTemporaryHome();
  onTestFinished(() => copy.remove());
  await cp(home, copy.path, { recursive: true, filter: (path) => !path.endsWith('/pipe') });
  const port = String(await findFreePort());
  const engine = launchEngine({
    ...environment,
    WORKSPACE_HOME: copy.path,
    WORKSPACE_ID: 'workspace-of-the-copy',
    PORT: port,
  });
  onTestFinished(() => stopEngine(engine));
  const url = `http://127.0.0.1:${port}`;
  await waitForHealth(engine, url);
  return createEngineClient({ url, secret: environment['REPLICAS_ENGINE_SECRET'] ?? '' });
}

function pidsOf(processes: readonly { pid: number }[]): number[] {
  return processes.map(({ pid }) => pid).toSorted((one, other) => one - other);
}
