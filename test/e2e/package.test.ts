import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { encodeLine } from '../../src/journal/event-line.ts';
import { RedisLog } from '../../src/mirror/redis-log.ts';
import { launchEngine, stopEngine, waitForHealth } from '../support/engine-process.ts';
import { fetchOnce } from '../support/fetch-once.ts';
import { findFreePort } from '../support/free-port.ts';
import { startRedis, type RedisServer } from '../support/redis-server.ts';
import { idOf } from '../support/shared-log-conformance.ts';
import { createTemporaryHome, type TemporaryHome } from '../support/temporary-home.ts';

/** What `npm install` makes of the published package in an empty folder. */
let folder: TemporaryHome;
let program: string;

beforeAll(async () => {
  folder = await createTemporaryHome();
  const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder.path]);
  await writeFile(join(folder.path, 'package.json'), '{"type":"module"}');
  const archive = join(folder.path, stdout.trim().split('\n').at(-1) ?? '');
  await execa('npm', ['install', '--no-audit', '--no-fund', archive], { cwd: folder.path });
  program = join(folder.path, 'node_modules', '.bin', 'replicas-engine');
  return () => folder.remove();
});

it('needs nothing but the types of zod, and says what it carries under which licence', async () => {
  const packages = (await readdir(join(folder.path, 'node_modules'))).filter((name) => !name.startsWith('.'));
  expect(packages).toEqual(['replicas-engine', 'zod']);
  const licences = await readFile(
    join(folder.path, 'node_modules', 'replicas-engine', 'dist', 'LICENSES.txt'),
    'utf8',
  );
  for (const name of ['xstate', 'h3', 'unstorage', 'execa', 'isomorphic-git', 'preact'])
    expect(licences).toMatch(new RegExp(`^# ${name} [\\d.]+ \\(MIT\\)$`, 'm'));
});

it('serves, shows its page and draws its machines', async () => {
  const { url, secret, get } = await startInstalled();

  expect(await (await get('/status')).json()).toMatchObject({ chatsTotal: 2 });
  expect((await get('/machines/chat?format=svg')).status).toBe(200);
  const page = await (await get('/inspect')).text();
  const assets = [...page.matchAll(/(?:src|href)="(\/inspect\/[^"]+)"/g)].map(([, path]) => path ?? '');
  expect(assets.length).toBeGreaterThan(1);
  for (const path of assets) expect((await get(path)).status).toBe(200);
  const { stdout } = await execa(program, ['status', '--url', url, '--secret', secret]);
  expect(stdout).toContain('Claude Code');
});

it('has a typed client', async () => {
  const { url, secret } = await startInstalled();
  const script = `import { EngineClient, type ChatSummary } from 'replicas-engine/client';
const client = new EngineClient({ url: ${JSON.stringify(url)}, secret: ${JSON.stringify(secret)} });
const chats: ChatSummary[] = (await client.chats.list()).chats;
console.log(chats.map(({ title }) => title).join());
`;
  await writeFile(join(folder.path, 'use.ts'), script);
  await compile('use.ts');

  const { stdout } = await execa('node', ['use.js'], { cwd: folder.path });
  expect(stdout).toBe('Claude Code,Codex');
});

it('has a typed reader of the feed, and shows the feed in the terminal', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const page = await readFile('docs/fleet.md', 'utf8');
  await writeFile(join(folder.path, 'follow.ts'), /^```ts\n(.*?)^```$/ms.exec(page)?.[1] ?? '');
  await compile('follow.ts', '--typeRoots', join(process.cwd(), 'node_modules/@types'), '--types', 'node');
  const running = { cwd: folder.path, env: { REPLICA_LOG_URL: redis.url }, reject: false } as const;
  const example = execa('node', ['follow.js'], running);
  const tail = execa(program, ['fleet', 'tail', '--json'], running);
  const printed = { example: '', tail: '' };
  example.stdout.on('data', (text: Buffer) => (printed.example += text.toString()));
  tail.stdout.on('data', (text: Buffer) => (printed.tail += text.toString()));

  await withMirroredTurns(redis, async (endTurn) => {
    const hasAll = () => printed.example !== '' && printed.tail !== '';
    for (let turn = 1; !hasAll(); turn += 1) {
      await endTurn(turn); // both follow from the moment they are connected
      await expect
        .poll(hasAll, { timeout: 500 })
        .toBe(true)
        .catch(() => undefined);
    }
  });
  const { stdout } = await execa(program, ['fleet', 'status'], running);
  for (const process of [example, tail]) process.kill('SIGTERM');
  await Promise.all([example, tail]);

  expect(printed.example).toMatch(/^workspace-1\/\d{12}-00000abc workspace-1 completed undefined$/m);
  expect(JSON.parse(printed.tail.split('\n')[0] ?? '')).toMatchObject({
    workspaceId: 'workspace-1',
    event: { type: 'chat.turn.completed' },
  });
  expect(stdout).toMatch(/^ {2}billing {2}consumers 1 {2}pending 0 {2}not delivered 0$/m);
});

it('explains itself without an engine', async () => {
  const { stdout } = await execa(program, ['doctor', '--json'], { reject: false });
  expect(JSON.parse(stdout)).toMatchObject({ checks: expect.any(Array) });
  expect((await execa(program, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+$/);
});

/** As somebody does who has the package and a strict compiler. */
async function compile(file: string, ...types: string[]): Promise<void> {
  const targets = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023,dom'];
  const options = [...targets, ...(types.length === 0 ? ['--types', ''] : types)];
  await execa('tsc', [...options, file], { cwd: folder.path, preferLocal: true, localDir: process.cwd() });
}

/** Has a workspace tell the end of one turn after the other, as its engine would. */
async function withMirroredTurns(
  { address }: RedisServer,
  body: (endTurn: (turn: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const log = new RedisLog({ address, workspaceId: 'workspace-1', feedEvents: 1000 });
  const holder = { owner: 'the engine', epoch: 1 };
  await log.claim({ owner: holder.owner, epoch: 0, headId: null });
  const payload = {
    chatId: 'c1',
    messageId: 'm1',
    isComplete: true,
    outcome: 'completed',
    durationMs: 5,
  } as const;
  await body(async (turn) => {
    const id = idOf(turn);
    const lines = encodeLine(
      { id, ts: '2026-01-01T00:00:00.000Z', end: true },
      { type: 'chat.turn.completed', payload },
    );
    const batch = { id, lines };
    await log.append({ holder, afterId: turn === 1 ? null : idOf(turn - 1), batch });
  });
  log.close();
}

async function startInstalled() {
  const home = await createTemporaryHome();
  onTestFinished(() => home.remove());
  await mkdir(home.path, { recursive: true });
  const port = await findFreePort();
  const secret = 'secret-of-an-installed-engine';
  const engine = launchEngine(
    {
      PATH: process.env['PATH'],
      WORKSPACE_HOME: home.path,
      REPLICAS_ENGINE_SECRET: secret,
      WORKSPACE_ID: 'installed',
      MONOLITH_URL: 'http://127.0.0.1:9',
      HOST: '127.0.0.1',
      PORT: String(port),
      CLOUD_INIT_OUTPUT_LOG: join(home.path, 'workspaces'),
    },
    { program },
  );
  onTestFinished(() => stopEngine(engine));
  const url = `http://127.0.0.1:${port}`;
  await waitForHealth(engine, url);
  const get = (path: string) =>
    fetchOnce(`${url}${path}`, { headers: { 'x-replicas-engine-secret': secret } });
  await expect.poll(async () => (await get('/status')).status).toBe(200);
  return { url, secret, get };
}
