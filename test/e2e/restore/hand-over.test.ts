import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { createGate } from '../../support/gate.ts';
import { expectExactlyOneEnd, expectNoGap, textsOf } from '../../support/assertions.ts';
import { launchEngine, stopEngine } from '../../support/engine-process.ts';
import { startRedis, type RedisServer } from '../../support/redis-server.ts';
import { byPrompt, saysAround } from '../../support/scripted-turns.ts';
import { createTemporaryHome } from '../../support/temporary-home.ts';
import { createRepository, write } from '../../workspace/git-fixture.ts';
import { startWorkspace } from '../../support/workspace.ts';
import { anotherMachine } from './lose-machine.ts';

let redis: RedisServer;

beforeEach(async () => {
  redis = await startRedis();
  onTestFinished(() => redis.remove());
});

it('gives the workspace to another machine on request: the turn that runs ends, what waits runs there, files come along', async () => {
  const gate = createGate();
  const elsewhere = await anotherMachine();
  const archive = await createTemporaryHome();
  onTestFinished(() => archive.remove());
  const workspace = await startWorkspace({
    script: byPrompt({ slow: saysAround(gate) }),
    environment: {
      WORKSPACE_ID: 'handed-over',
      REPLICA_LOG_URL: redis.url,
      ARCHIVE_URL: `file://${archive.path}`,
    },
  });
  const { client, chatId, folder } = workspace;
  await expect.poll(() => client.get('/health')).toMatchObject({ body: { boot: { state: 'ready' } } });
  expect(await client.post('/drain')).toMatchObject({ status: 400 });
  await expect
    .poll(async () => (await client.get('/status')).body)
    .toMatchObject({ archive: { takenAt: expect.any(String) } });
  expect(workspace.engine().logs()).not.toContain('could not be archived');
  const stream = await client.follow({ after: 'start', resume: true });
  await client.send(chatId, 'a slow one', { messageId: 'm1' });
  await gate.reached;
  write(createRepository(join(folder, 'repo')), { 'new.txt': 'of no commit' });

  const tooSoon = await client.post('/drain?handOver=true&limitSeconds=1');
  expect(tooSoon).toMatchObject({
    status: 503,
    body: { code: 'hand_over_failed', error: expect.stringContaining(chatId) },
  });
  const { environment, engine } = workspace;
  const command = launchEngine(
    {
      REPLICAS_ENGINE_URL: client.url,
      REPLICAS_ENGINE_SECRET: environment['REPLICAS_ENGINE_SECRET'],
    },
    { command: ['drain', '--hand-over'] },
  );
  await expect
    .poll(async () => JSON.stringify((await client.get('/actors')).body))
    .toContain('engine/finishTurns');
  await client.send(chatId, 'waits', { messageId: 'm2' });
  gate.open();
  expect(await command.exited).toEqual({ code: 0, signal: null });
  expect(command.logs()).toContain('Go: an engine may start on the other machine now.');
  expect(await engine().exited).toEqual({ code: 0, signal: null });

  await workspace.start(elsewhere);
  expect(await stream.waitForEnd('m2')).toMatchObject({ payload: { outcome: 'completed' } });
  expect(await stream.waitForEnd('m1')).toMatchObject({ payload: { outcome: 'completed' } });
  expectExactlyOneEnd(stream.events, ['m1', 'm2']);
  expectNoGap(stream.events);
  const file = join(elsewhere.WORKSPACE_HOME, 'workspaces', 'repo', 'new.txt');
  expect(await readFile(file, 'utf8')).toBe('of no commit');
});

it('exports a workspace whose engine is stopped into a file, which another home goes on from', async () => {
  const elsewhere = await anotherMachine();
  const workspace = await startWorkspace({ environment: { WORKSPACE_ID: 'exported' } });
  const { client, chatId, environment, folder, home } = workspace;
  const stream = await client.follow({ after: 'start', resume: true });
  await stream.waitForEnd(await client.send(chatId, 'before', { messageId: 'm1' }));
  write(createRepository(join(folder, 'repo')), { 'new.txt': 'of no commit' });
  await writeFile(join(home, '.git-credentials'), 'https://ada:planted-secret@git.test');
  const file = join(elsewhere.WORKSPACE_HOME, 'workspace.tar');
  const run = async (command: string, overrides = {}) => {
    const process = launchEngine({ ...environment, ...overrides }, { command: ['workspace', command, file] });
    const { code } = await process.exited;
    return [code, process.logs()];
  };

  await stopEngine(workspace.engine());
  expect(await run('export')).toEqual([0, `The workspace is in ${file}.\n`]);
  expect(await run('import')).toEqual([1, expect.stringContaining('import into an empty home')]);
  expect(await run('import', { ...elsewhere, WORKSPACE_ID: 'other' })).toEqual([
    1,
    expect.stringContaining('has no workspace "other"'),
  ]);
  expect(await run('import', elsewhere)).toEqual([
    0,
    `The workspace is in ${elsewhere.WORKSPACE_HOME}: start its engine.\n`,
  ]);
  expect(existsSync(join(elsewhere.WORKSPACE_HOME, '.git-credentials'))).toBe(false);

  await workspace.start(elsewhere);
  await stream.waitForEnd(await client.send(chatId, 'after', { messageId: 'm2' }));
  expectExactlyOneEnd(stream.events, ['m1', 'm2']);
  expectNoGap(stream.events);
  expect(textsOf((await client.history(chatId)) as AgentEvent[])).toContain('You said: before');
  const copy = join(elsewhere.WORKSPACE_HOME, 'workspaces', 'repo', 'new.txt');
  expect(await readFile(copy, 'utf8')).toBe('of no commit');
});
