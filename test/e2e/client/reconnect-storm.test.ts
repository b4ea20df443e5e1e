import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { EngineClient } from '../../../src/client/client.ts';
import { startReferenceMonolith } from '../../../src/dev/reference-monolith.ts';
import { serve } from '../../../src/engine/serve.ts';
import { expectExactlyOneEnd } from '../../support/assertions.ts';
import { startCuttingProxy } from '../../support/cutting-proxy.ts';
import { launchEngine, waitForHealth, type Environment } from '../../support/engine-process.ts';
import { findFreePort } from '../../support/free-port.ts';
import { collect, expectStatesOf } from '../../support/joined-states.ts';
import { createRandom, pick } from '../../support/random.ts';
import { expectWholeLog } from '../../support/whole-log.ts';

const SECRET = 'secret-of-the-tests';
const ROUNDS = 24;

/** Ends when the test wants, in its own way. */
interface Server {
  end: () => Promise<unknown>;
}

/** An engine of this process, which says goodbye. */
async function serveHere(environment: Environment): Promise<Server> {
  const server = await serve({ ...environment });
  return { end: () => server.stop() };
}

/** An engine of its own, which is killed. */
async function serveApart(environment: Environment): Promise<Server> {
  const engine = launchEngine(environment);
  await waitForHealth(engine, `http://127.0.0.1:${environment['PORT']}`);
  return { end: () => engine.end('SIGKILL') };
}

/** `RECONNECT_SEEDS=1,2,3,4` for the long run. */
const SEEDS = (process.env['RECONNECT_SEEDS'] ?? '1').split(',').map(Number);
const WAYS = [
  { way: 'stops', open: serveHere },
  { way: 'is killed', open: serveApart },
];

it.each(SEEDS.flatMap((seed) => WAYS.map((way) => ({ ...way, seed }))))(
  'shows each state as of its event, and each event once, however often the connection breaks, when the engine $way (seed $seed)',
  async ({ seed, open }) => {
    const random = createRandom(seed);
    const { port, home, restart, stop } = await startServer(open);
    const proxy = await startCuttingProxy({ port, random, likelihood: 0.25 });
    const client = createClient(proxy.url);
    const { lastEventId: beginning } = await client.status();
    const events = collect((signal) => client.events({ after: beginning, signal }));
    const states = collect((signal) => client.follow({ signal }));

    const sent: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round === ROUNDS / 2) sent.push(...(await sendMeanwhile(client, restart)));
      sent.push(...(await act(client, { random, round })));
    }
    proxy.calmDown();
    const last = await client.chats.create({ provider: 'claude', title: 'The last one' });
    await expect.poll(() => states.latest()?.state.chats.at(-1), { timeout: 60_000 }).toEqual(last);
    await expect
      .poll(() => events.latest()?.id === states.latest()?.lastEventId, { timeout: 60_000 })
      .toBe(true);
    await Promise.all([events.stop(), states.stop()]);
    await stop();

    const log = await expectWholeLog(home);
    const until = events.taken.at(-1)?.id ?? '';
    expect(events.taken).toEqual(log.filter(({ id }) => id > beginning && id <= until));
    expectExactlyOneEnd(log, sent);
    expectStatesOf(log, states.taken);
    expect(proxy.cuts()).toBeGreaterThan(10);
  },
);

/** One thing a person might do. */
async function act(
  client: EngineClient,
  { random, round }: { random: () => number; round: number },
): Promise<string[]> {
  const { chats } = await client.chats.list();
  const chat = pick(random, chats);
  if (random() < 0.2) await client.chats.create({ provider: 'claude', title: `Chat ${round}` });
  if (random() < 0.1 && chats.length > 2) {
    await client.chats.delete(chat.id).catch(() => undefined);
    return [];
  }
  return [(await client.chats.send(chat.id, `Message ${round}`)).messageId];
}

/** Messages are on their way when the engine ends: it has some of them, and has answered one at least. */
async function sendMeanwhile(client: EngineClient, restart: () => Promise<void>): Promise<string[]> {
  const { chats } = await client.chats.list();
  const sending = Array.from({ length: 8 }, (_, index) =>
    client.chats.send(chats[index % chats.length]!.id, `Meanwhile ${index}`),
  );
  await Promise.race(sending);
  const [receipts] = await Promise.all([Promise.all(sending), restart()]);
  return receipts.map(({ messageId }) => messageId);
}

function createClient(url: string): EngineClient {
  const backoff = { firstDelayMs: 2, longestDelayMs: 20 };
  return new EngineClient({ url, secret: SECRET, backoff, attempts: 1_000 });
}

/** An engine without any agent. */
async function startServer(open: (environment: Environment) => Promise<Server>) {
  const home = await mkdtemp(join(tmpdir(), 'engine-home-'));
  const port = await findFreePort();
  const sign = join(home, 'cloud-init-output.log');
  await writeFile(sign, '');
  const monolith = await startReferenceMonolith({ secret: SECRET, workspaceId: 'workspace' });
  onTestFinished(() => monolith.close());
  const start = () =>
    open({
      PATH: process.env['PATH'],
      REPLICAS_ENGINE_SECRET: SECRET,
      WORKSPACE_ID: 'workspace',
      MONOLITH_URL: monolith.url,
      WORKSPACE_HOME: home,
      CLOUD_INIT_OUTPUT_LOG: sign,
      CLAUDE_PATH: '/nonexistent/claude',
      CODEX_PATH: '/nonexistent/codex',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'silent',
    });
  let server: Server | undefined = await start();
  const stop = async () => {
    await server?.end();
    server = undefined;
  };
  onTestFinished(async () => {
    await stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const restart = async () => {
    await stop();
    server = await start();
  };
  return { home, port, restart, stop };
}
