import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { ChatListSchema } from '../../src/contract/chats.ts';
import { TokenRefreshHealthSchema } from '../../src/contract/credentials.ts';
import { EngineEventSchema } from '../../src/contract/events.ts';
import { HistoryPageSchema } from '../../src/contract/history.ts';
import { HooksStatusSchema } from '../../src/contract/hooks.ts';
import { PlanListSchema } from '../../src/contract/plans.ts';
import { RepoListSchema } from '../../src/contract/repos.ts';
import { HealthSchema, StatusSchema } from '../../src/contract/status.ts';
import { killAgents } from '../support/agent-processes.ts';
import { copyHome, corrupt } from '../support/corruption.ts';
import { createEngineClient, type EngineClient } from '../support/engine-client.ts';
import { launchEngine, waitForHealth } from '../support/engine-process.ts';
import { fetchOnce } from '../support/fetch-once.ts';
import { findFreePort } from '../support/free-port.ts';
import { createRandom } from '../support/random.ts';

/** `CORRUPTIONS=500 CORRUPTION_SEED=7`: so many, and the ones that were seen before; `CORRUPTION_FROM=310` without those. */
const ROUNDS = Number(process.env['CORRUPTIONS'] ?? 5);
const FROM = Number(process.env['CORRUPTION_FROM'] ?? 1);
const SEED = Number(process.env['CORRUPTION_SEED'] ?? Date.now() % 1_000_000);

const FAKE_CLAUDE = new URL('../agents/claude/fake-claude.mjs', import.meta.url).pathname;
const SECRET = 'secret-of-the-corruptions';
const LIMIT = { timeout: 60_000, interval: 25 };
const ANSWERS: [string, z.ZodType][] = [
  ['/health', HealthSchema],
  ['/status', StatusSchema],
  ['/chats', ChatListSchema],
  ['/repos?includeDiffs=true', RepoListSchema],
  ['/hooks/status', HooksStatusSchema],
  ['/plans', PlanListSchema],
  ['/token-refresh/health', TokenRefreshHealthSchema],
];

it(
  `goes on after ${ROUNDS} corruptions of its home, seed ${SEED}`,
  async () => {
    console.log(`corruptions: ${ROUNDS}, seed: ${SEED}`);
    const random = createRandom(SEED);
    const original = await makeHome();
    const failures: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const home = await emptyFolder();
      await copyHome(original.home, home);
      const { file, kind } = await corrupt(home, random);
      const trial = round < FROM ? Promise.resolve(undefined) : tryHome(home, original.known);
      const failure = await trial
        .catch((error: unknown) => String(error))
        .finally(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
      if (failure === undefined) continue;
      failures.push(`${round}: ${file}, ${kind}: ${failure}`);
      console.log(failures.at(-1));
    }
    expect(failures).toEqual([]);
  },
  60_000 + ROUNDS * 90_000,
);

interface Known {
  chats: string[];
  histories: unknown[][];
}

/** A home with chats that were used, a hook that ran, a plan, and a log of several segments. */
async function makeHome(): Promise<{ home: string; known: Known }> {
  const home = await emptyFolder();
  await writeFile(join(home, 'cloud-init-output.log'), 'done\n');
  await makeRepository(join(home, 'workspaces', 'app'));
  await mkdir(join(home, '.replicas', 'plans'), { recursive: true });
  await writeFile(join(home, '.replicas', 'plans', 'plan.md'), '# A plan\n');
  const { engine, client } = await startOn(home);
  for (const title of ['one', 'two']) await client.post('/chats', { provider: 'claude', title });
  const chats = await chatsOf(client);
  for (const [index, chat] of chats.entries()) {
    for (const message of ['ten', `hello ${index}`, 'x'.repeat(70_000)]) await say(client, chat, message);
  }
  const histories = await Promise.all(chats.map((chat) => client.history(chat)));
  await vi.waitFor(
    async () => expect((await client.get('/hooks/status')).body).toMatchObject({ completed: true }),
    LIMIT,
  );
  await engine.end('SIGKILL');
  await killAgents(home);
  return { home, known: { chats, histories } };
}

/** Undefined when all is as it should be. */
async function tryHome(home: string, { chats, histories }: Known): Promise<undefined> {
  const { engine, client } = await startOn(home);
  try {
    for (const [path, schema] of ANSWERS) schema.parse((await client.get(path)).body);
    expect((await chatsOf(client)).toSorted()).toEqual(chats.toSorted());
    for (const [index, chat] of chats.entries()) {
      const { body } = await client.get(`/chats/${chat}/history?limit=1000`);
      HistoryPageSchema.parse(body);
      expect(body['events']).toEqual(histories[index]);
    }
    await readStream(client.url);
    await Promise.all(chats.map((chat) => say(client, chat, 'next')));
    expect((await client.get('/health')).status).toBe(200);
    expect(await engine.end('SIGTERM')).toEqual({ code: 0, signal: null });
    return undefined;
  } catch (error) {
    throw new Error(`${String(error)}\n${engine.logs().slice(-3_000)}`, { cause: error });
  } finally {
    await engine.end('SIGKILL');
    await killAgents(home);
  }
}

async function startOn(home: string) {
  const port = await findFreePort();
  const engine = launchEngine({
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    PORT: String(port),
    REPLICAS_ENGINE_SECRET: SECRET,
    WORKSPACE_ID: 'workspace',
    MONOLITH_URL: 'http://127.0.0.1:9',
    WORKSPACE_HOME: home,
    CLOUD_INIT_OUTPUT_LOG: join(home, 'cloud-init-output.log'),
    CLOUD_INIT_TIMEOUT_MS: '1000', // its log may be what is spoiled
    CLAUDE_PATH: FAKE_CLAUDE,
    CODEX_PATH: '/nonexistent/codex',
    EVENT_LOG_BYTES: String(1 << 20),
  });
  const url = `http://127.0.0.1:${port}`;
  await waitForHealth(engine, url);
  return { engine, client: createEngineClient({ url, secret: SECRET }) };
}

/** Of Claude, with the first one among them. */
async function chatsOf(client: EngineClient): Promise<string[]> {
  await vi.waitFor(async () => expect((await client.get('/chats')).status).toBe(200), LIMIT);
  const { chats } = ChatListSchema.parse((await client.get('/chats')).body);
  return chats.filter(({ provider }) => provider === 'claude').map(({ id }) => id);
}

async function say(client: EngineClient, chat: string, message: string): Promise<void> {
  const before = (await client.get<{ total: number }>(`/chats/${chat}/history`)).body.total;
  await client.send(chat, message);
  await vi.waitFor(async () => {
    expect(await client.chat(chat)).toMatchObject({ state: 'idle', processing: false });
    const { total } = (await client.get<{ total: number }>(`/chats/${chat}/history`)).body;
    expect(total).toBeGreaterThan(before);
  }, LIMIT);
}

/** From the beginning: every frame is an event, in order, until the stream is at its end or was reset. */
async function readStream(url: string): Promise<void> {
  const stop = new AbortController();
  const headers = { 'x-replicas-engine-secret': SECRET };
  const { lastEventId } = (await (await fetchOnce(`${url}/status`, { headers })).json()) as {
    lastEventId: string;
  };
  const first = `000000000001-${lastEventId.slice(-8)}`;
  const response = await fetchOnce(`${url}/events?after=${first}`, { headers, signal: stop.signal });
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.includes('event: stream.reset') || text.includes(`id: ${lastEventId}`)) break;
  }
  stop.abort();
  const data = text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((frame) => /^data: (.*)$/m.exec(frame)?.[1] ?? []);
  for (const line of data) EngineEventSchema.parse(JSON.parse(line));
}

async function makeRepository(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'replicas.json'), '{"startHook":{"commands":["echo ready"]}}');
  await promisify(execFile)('git', ['init', '-q', folder]);
}

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-home-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
