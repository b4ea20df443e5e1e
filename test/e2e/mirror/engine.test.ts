import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createPaths } from '../../../src/environment/paths.ts';
import { RedisLog } from '../../../src/mirror/redis-log.ts';
import { createEngineClient, type EngineClient } from '../../support/engine-client.ts';
import { launchEngine, stopEngine, waitForHealth, type EngineProcess } from '../../support/engine-process.ts';
import { fetchOnce } from '../../support/fetch-once.ts';
import { findFreePort } from '../../support/free-port.ts';
import { createRandom } from '../../support/random.ts';
import { startRedis, type RedisServer } from '../../support/redis-server.ts';
import { createTemporaryHome } from '../../support/temporary-home.ts';
import { startWorkspace, type Workspace } from '../../support/workspace.ts';

/** Turns end at once, with an error: what is written is all that matters here. */
const NO_AGENT = { CLAUDE_PATH: '/nonexistent/claude', CODEX_PATH: '/nonexistent/codex' };
const PASSWORD = 'password-of-the-shared-log';

/** `MIRROR_FIGHTS=100` is the long form. */
const FIGHTS = Number(process.env['MIRROR_FIGHTS'] ?? 1);
const POLL = { timeout: 30_000, interval: 20 };
const random = createRandom(FIGHTS);

let redis: RedisServer;

beforeEach(async () => {
  redis = await startRedis('--requirepass', PASSWORD);
  onTestFinished(() => redis.remove());
});

const variables = () => ({ ...NO_AGENT, REPLICA_LOG_URL: `redis://:${PASSWORD}@127.0.0.1:${redis.port}` });

async function mirroredOf({ environment }: Workspace): Promise<string> {
  const address = { ...redis.address, password: PASSWORD };
  const log = new RedisLog({ address, workspaceId: environment['WORKSPACE_ID']!, feedEvents: 1000 });
  const batches = await log.read({ after: 0, limit: 100_000 });
  log.close();
  return Buffer.concat(batches.map(({ lines }) => lines)).toString();
}

async function isMirrored(workspace: Workspace): Promise<boolean> {
  return (await mirroredOf(workspace)) === (await readFile(createPaths(workspace.home).events, 'utf8'));
}

const stateOf = async ({ client }: Pick<Workspace, 'client'>) =>
  (await client.get<{ mirror: { state: string } }>('/status')).body.mirror.state;

it(
  'mirrors what it writes; without Redis it works on, has messages repeated and catches up; then it gives way to the engine that claims',
  { timeout: 90_000 + FIGHTS * 30_000 },
  async () => {
    const workspace = await startWorkspace({ environment: { ...variables(), REPLICA_ACCEPT: 'mirrored' } });
    const { client, chatId, engine } = workspace;
    await client.send(chatId, 'one', { messageId: 'm1' });
    await expect.poll(() => isMirrored(workspace)).toBe(true);

    await redis.kill();
    const unanswered = client.post(`/chats/${chatId}/messages`, { message: 'two', messageId: 'm2' });
    await expect.poll(() => stateOf(workspace)).toBe('away');
    await expect.poll(async () => (await client.chat(chatId)).processing).toBe(false);
    // It tries again now and then.
    const metrics = () => fetchText(workspace, '/metrics');
    await expect.poll(metrics).toContain('replicas_mirror_state{state="away"} 1');
    expect(await metrics()).toMatch(/replicas_mirror_lag_events [1-9]/);
    expect(await unanswered).toEqual({
      status: 503,
      body: {
        code: 'outcome_unknown',
        error: 'Whether this took effect is not known yet; repeat it with messageId "m2".',
        context: { messageId: 'm2' },
      },
    });
    const repeated = client.send(chatId, 'two', { messageId: 'm2' });
    await redis.start();
    expect(await repeated).toBe('m2');
    await expect.poll(() => stateOf(workspace)).toBe('mirroring');
    await expect.poll(() => isMirrored(workspace)).toBe(true);

    let owning = { home: workspace.home, engine: engine(), client };
    for (const fight of Array.from({ length: FIGHTS }).keys())
      owning = await fence(owning, { workspace, fight });
    const tags = [...(await mirroredOf(workspace)).matchAll(/^\{"id":"\d+-(\w+)"/gm)].map(([, tag]) => tag);
    const writers = tags.filter((tag, index) => tag !== tags[index - 1]);
    expect(writers).toEqual([...new Set(writers)]); // none wrote again after another one
    expect(writers.length).toBe(FIGHTS + 1);
  },
);

interface Owner {
  home: string;
  engine: EngineProcess;
  client: EngineClient;
}

/** Another engine claims the log while its owner is paused, which then wakes and is to stop. */
async function fence(older: Owner, place: { workspace: Workspace; fight: number }): Promise<Owner> {
  const { chatId } = place.workspace;
  process.kill(older.engine.pid, 'SIGSTOP');
  const younger = await startCopy(older.home, place.workspace.environment);
  await expect.poll(() => stateOf(younger), POLL).toBe('mirroring');
  const { owner } = (await younger.client.get<{ mirror: { owner: string } }>('/status')).body.mirror;
  const write = () => younger.client.send(chatId, 'younger', { messageId: `younger ${place.fight}` });
  if (random() < 0.5) await write();
  const late = older.client.post(`/chats/${chatId}/messages`, { message: `late ${place.fight}` });
  process.kill(older.engine.pid, 'SIGCONT');
  expect(await late).toEqual({
    status: 409,
    body: {
      code: 'workspace_moved',
      error: `The workspace moved to the engine ${owner}; send to that one.`,
      context: { owner },
    },
  });
  expect(await older.engine.exited).toEqual({ code: 76, signal: null });
  await write();
  const mirrored = await mirroredOf(place.workspace);
  expect(mirrored).toContain(`"younger ${place.fight}"`);
  expect(mirrored).not.toContain(`late ${place.fight}`);
  return younger;
}

/** Another engine on a copy of the home, as on a machine that got a snapshot of the disk. */
async function startCopy(home: string, environment: Workspace['environment']): Promise<Owner> {
  const copy = await createTemporaryHome();
  onTestFinished(() => copy.remove());
  await cp(home, copy.path, { recursive: true });
  await rm(join(copy.path, '.replicas', 'engine', 'lock'), { force: true });
  const port = await findFreePort();
  const engine = launchEngine({ ...environment, WORKSPACE_HOME: copy.path, PORT: String(port) });
  onTestFinished(() => stopEngine(engine));
  const url = `http://127.0.0.1:${port}`;
  await waitForHealth(engine, url);
  const client = createEngineClient({ url, secret: environment['REPLICAS_ENGINE_SECRET']! });
  return { home: copy.path, engine, client };
}

async function fetchText({ client, environment }: Workspace, path: string): Promise<string> {
  const headers = { 'X-Replicas-Engine-Secret': environment['REPLICAS_ENGINE_SECRET']! };
  return (await fetchOnce(`${client.url}${path}`, { headers })).text();
}
