import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createPaths } from '../../../src/environment/paths.ts';
import { RedisLog } from '../../../src/mirror/redis-log.ts';
import { createEngineClient } from '../../support/engine-client.ts';
import { launchEngine, stopEngine, waitForHealth } from '../../support/engine-process.ts';
import { findFreePort } from '../../support/free-port.ts';
import { startRedis, type RedisServer } from '../../support/redis-server.ts';
import { createTemporaryHome } from '../../support/temporary-home.ts';
import { startWorkspace, type Workspace } from '../../support/workspace.ts';

/** Turns end at once, with an error: what is written is all that matters here. */
const NO_AGENT = { CLAUDE_PATH: '/nonexistent/claude', CODEX_PATH: '/nonexistent/codex' };
const PASSWORD = 'password-of-the-shared-log';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis('--requirepass', PASSWORD);
});
afterAll(() => redis.remove());

const variables = () => ({ ...NO_AGENT, REPLICA_LOG_URL: `redis://:${PASSWORD}@127.0.0.1:${redis.port}` });

async function mirroredOf({ environment }: Workspace): Promise<string> {
  const address = { ...redis.address, password: PASSWORD };
  const log = new RedisLog({ address, workspaceId: environment['WORKSPACE_ID']!, feedEvents: 1000 });
  const batches = await log.read({ after: 0, limit: 100_000 });
  log.close();
  return Buffer.concat(batches.map(({ lines }) => lines)).toString();
}

const writtenOf = ({ home }: Workspace) => readFile(createPaths(home).events, 'utf8');
const stateOf = async ({ client }: Pick<Workspace, 'client'>) =>
  (await client.get<{ mirror: { state: string } }>('/status')).body.mirror.state;

it('mirrors what it writes; without Redis it works on and catches up; then it gives way to the engine that claims', async () => {
  const workspace = await startWorkspace({ environment: { ...variables(), REPLICA_ACCEPT: 'mirrored' } });
  const { client, chatId, engine } = workspace;
  await client.send(chatId, 'one', { messageId: 'm1' });
  await expect.poll(() => mirroredOf(workspace)).toBe(await writtenOf(workspace));

  await redis.kill();
  const accepting = client.send(chatId, 'two', { messageId: 'm2' });
  await expect.poll(() => stateOf(workspace)).toBe('away');
  await expect.poll(async () => (await client.chat(chatId)).processing).toBe(false);
  const metrics = await fetchText(workspace, '/metrics');
  expect(metrics).toContain('replicas_mirror_state{state="away"} 1');
  expect(metrics).toMatch(/replicas_mirror_lag_events [1-9]/);
  await redis.start();
  await accepting;
  await expect.poll(() => stateOf(workspace)).toBe('mirroring');
  await expect.poll(async () => (await mirroredOf(workspace)) === (await writtenOf(workspace))).toBe(true);

  process.kill(engine().pid, 'SIGSTOP');
  const next = await startCopy(workspace);
  await expect.poll(() => stateOf({ client: next })).toBe('mirroring');
  const { owner } = (await next.get<{ mirror: { owner: string } }>('/status')).body.mirror;
  const late = client.post(`/chats/${chatId}/messages`, { message: 'three' });
  process.kill(engine().pid, 'SIGCONT');
  expect(await late).toEqual({
    status: 409,
    body: {
      code: 'workspace_moved',
      error: `The workspace moved to the engine ${owner}; this one does nothing any more.`,
      context: { owner },
    },
  });
  expect(await engine().exited).toEqual({ code: 76, signal: null });
  await next.send(chatId, 'four', { messageId: 'm4' });
  expect(await mirroredOf(workspace)).toContain('"m4"');
  expect(await mirroredOf(workspace)).not.toContain('three');
});

/** Another engine on a copy of the home, as on a machine that got a snapshot of the disk. */
async function startCopy({ home, environment }: Workspace) {
  const copy = await createTemporaryHome();
  onTestFinished(() => copy.remove());
  await cp(home, copy.path, { recursive: true });
  await rm(join(copy.path, '.replicas', 'engine', 'engine.lock'), { force: true });
  const port = await findFreePort();
  const next = launchEngine({ ...environment, WORKSPACE_HOME: copy.path, PORT: String(port) });
  onTestFinished(() => stopEngine(next));
  const url = `http://127.0.0.1:${port}`;
  await waitForHealth(next, url);
  return createEngineClient({ url, secret: environment['REPLICAS_ENGINE_SECRET']! });
}

async function fetchText({ client, environment }: Workspace, path: string): Promise<string> {
  const headers = { 'X-Replicas-Engine-Secret': environment['REPLICAS_ENGINE_SECRET']! };
  return (await fetch(`${client.url}${path}`, { headers })).text();
}
