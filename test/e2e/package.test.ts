import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { launchEngine, stopEngine, waitForHealth } from '../support/engine-process.ts';
import { findFreePort } from '../support/free-port.ts';
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
  const options = [
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,dom',
    '--types',
    '',
  ];
  await execa('tsc', [...options, 'use.ts'], {
    cwd: folder.path,
    preferLocal: true,
    localDir: process.cwd(),
  });

  const { stdout } = await execa('node', ['use.js'], { cwd: folder.path });
  expect(stdout).toBe('Claude Code,Codex');
});

it('explains itself without an engine', async () => {
  const { stdout } = await execa(program, ['doctor', '--json'], { reject: false });
  expect(JSON.parse(stdout)).toMatchObject({ checks: expect.any(Array) });
  expect((await execa(program, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+$/);
});

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
  const get = (path: string) => fetch(`${url}${path}`, { headers: { 'x-replicas-engine-secret': secret } });
  await expect.poll(async () => (await get('/status')).status).toBe(200);
  return { url, secret, get };
}
