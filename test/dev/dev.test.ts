import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { curlSession } from '../../src/dev/curl-session.ts';
import { startDev, type DevEngine } from '../../src/dev/dev.ts';
import type { Environment } from '../../src/environment/engine-env.ts';

let home: string;
let served: Environment[];
let engines: DevEngine[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'dev-home-'));
  served = [];
  engines = [];
});

afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  await rm(home, { recursive: true });
});

it('confines the engine and its agents to the dev home', async () => {
  await start({
    HOME: '/root',
    PATH: '/bin',
    CLAUDE_CONFIG_DIR: '/root/.claude',
    CODEX_HOME: '/root/.codex',
  });
  expect(served[0]).toMatchObject({
    HOME: home,
    WORKSPACE_HOME: home,
    PATH: '/bin',
    HOST: '127.0.0.1',
    PORT: '3737',
  });
  expect(served[0]).not.toHaveProperty('CLAUDE_CONFIG_DIR');
  expect(served[0]?.['CODEX_HOME']).toBe(codexHome());
});

it('has a demo repository with one commit, and leaves it alone the next time', async () => {
  await start({});
  const repository = join(home, 'workspaces', 'demo');
  const first = await execa('git', ['log', '--format=%an %s %H'], { cwd: repository });
  expect(first.stdout).toMatch(/^Replicas demo Start the demo [0-9a-f]{40}$/);
  await start({});
  expect((await execa('git', ['log', '--format=%an %s %H'], { cwd: repository })).stdout).toBe(first.stdout);
});

it('keeps its secret to itself, over restarts', async () => {
  const first = await start({});
  const second = await start({});
  expect(second.secret).toBe(first.secret);
  expect((await stat(join(home, 'engine-secret'))).mode & 0o777).toBe(0o600);
});

it('keeps what its engine was started with while it runs, for the commands beside it', async () => {
  const engine = await start({ PATH: '/bin', HOME: '/root', PORT: '3737' });
  const file = join(home, 'engine-environment.json');
  const settings: unknown = JSON.parse(await readFile(file, 'utf8'));

  expect(settings).toMatchObject({
    REPLICAS_ENGINE_SECRET: engine.secret,
    WORKSPACE_ID: 'dev',
    PORT: '3737',
    HOME: home,
  });
  expect(settings).not.toHaveProperty('PATH');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await engine.stop();
  expect(existsSync(file)).toBe(false);
});

it('says which agents are not installed, and how to get them', async () => {
  const { welcome } = await start({ CODEX_PATH: '/nowhere/codex' });

  expect(welcome).toContain(
    'Codex is not installed, so its chat ends in an error: npm install -g @openai/codex, or set CODEX_PATH; then start again.',
  );
  expect(welcome).toContain('Everything about Claude Code is real but the model: a scripted stand-in');
});

it('has cloud-init done from the start', async () => {
  await start({});
  expect(await readFile(served[0]?.['CLOUD_INIT_OUTPUT_LOG'] ?? '', 'utf8')).not.toBe('');
});

it('leads both agents to scripted models and to nothing else when there is no account', async () => {
  const engine = await start({ CLAUDE_CODE_USE_BEDROCK: '1', CLAUDE_CODE_OAUTH_TOKEN: 'token' });
  expect(served[0]).toMatchObject({
    ANTHROPIC_API_KEY: 'sk-ant-scripted',
    CLAUDE_CODE_USE_BEDROCK: undefined,
    CLAUDE_CODE_OAUTH_TOKEN: undefined,
  });
  expect((await fetch(served[0]?.['ANTHROPIC_BASE_URL'] ?? '', { method: 'HEAD' })).status).toBe(200);
  expect(await statusOf(await scriptedCodex())).toBe(404);
  expect(engine.welcome).toContain(
    'Everything about Claude Code and Codex is real but the model: a scripted stand-in',
  );
});

it('has its scripted models where they were, for agents that outlived it, unless somebody took the place', async () => {
  const first = await start({});
  const url = served[0]?.['ANTHROPIC_BASE_URL'];
  const codex = await scriptedCodex();
  await first.stop();
  await start({});
  expect([served[1]?.['ANTHROPIC_BASE_URL'], await scriptedCodex()]).toEqual([url, codex]);
  await start({});
  expect(served[2]?.['ANTHROPIC_BASE_URL']).not.toBe(url);
});

it('leads an agent whose account it has to the real model, the other one to its scripted model', async () => {
  const withClaude = await start({ ANTHROPIC_API_KEY: 'sk-ant-mine' });
  expect(served[0]).toMatchObject({ ANTHROPIC_API_KEY: 'sk-ant-mine', CODEX_HOME: codexHome() });
  expect(served[0]).not.toHaveProperty('ANTHROPIC_BASE_URL');
  expect(withClaude.welcome).toContain('Claude Code talks to the real model.');
  expect(withClaude.welcome).toContain('Everything about Codex is real but the model: a scripted stand-in');

  const withCodex = await start({ OPENAI_API_KEY: 'sk-mine' });
  expect(served[1]).toMatchObject({ OPENAI_API_KEY: 'sk-mine', ANTHROPIC_API_KEY: 'sk-ant-scripted' });
  expect(served[1]).not.toHaveProperty('CODEX_HOME');
  expect(withCodex.welcome).toContain('Codex talks to the real model.');
});

it('takes an empty variable for none: neither an account nor an agent', async () => {
  await start({ ANTHROPIC_API_KEY: '', OPENAI_API_KEY: '', CLAUDE_PATH: '' });
  const [withEmpty] = served.splice(0);
  await start({});

  expect(withEmpty).toMatchObject({ ANTHROPIC_API_KEY: 'sk-ant-scripted', CODEX_HOME: codexHome() });
  expect(withEmpty?.['CLAUDE_PATH']).toBe(served[0]?.['CLAUDE_PATH']);
});

it('leads both agents to the real models when told to', async () => {
  const engine = await start({ CLAUDE_CODE_USE_BEDROCK: '1' }, { real: true });
  expect(served[0]).toMatchObject({ CLAUDE_CODE_USE_BEDROCK: '1' });
  for (const name of ['ANTHROPIC_BASE_URL', 'ANTHROPIC_API_KEY', 'CODEX_HOME']) {
    expect(served[0]).not.toHaveProperty(name);
  }
  expect(engine.welcome).not.toContain('scripted');
});

it('keeps what leads Codex to the scripted model away from the configuration for the real one', async () => {
  await start({});
  expect(existsSync(join(home, '.codex'))).toBe(false);
  expect((await stat(codexHome())).mode & 0o777).toBe(0o700);
});

it('has a control plane that knows of no credentials and takes every event', async () => {
  const { secret } = await start({});
  const event = { id: '1', ts: '2026-01-01T00:00:00Z', type: 'engine.ready', payload: { version: 'v1' } };
  const call = (path: string, body: object, authorization = `Bearer ${secret}`) =>
    fetch(`${served[0]?.['MONOLITH_URL']}/v1/engine/${path}`, {
      method: 'POST',
      headers: { authorization, 'x-workspace-id': 'dev', 'idempotency-key': '1' },
      body: JSON.stringify(body),
    }).then(({ status }) => status);
  expect(await call('github/refresh-token', { reason: 'boot' })).toBe(404);
  expect(await call('claude/refresh-credentials', { reason: 'boot' })).toBe(404);
  expect(await call('codex/refresh-credentials', { reason: 'boot' })).toBe(404);
  expect(await call('webhook', { ...event, workspaceId: 'dev' })).toBe(200);
  expect(await call('webhook', { ...event, workspaceId: 'dev' }, 'Bearer wrong')).toBe(401);
});

it('prints a session to paste, with its url and its secret, and last the link to open', async () => {
  const { welcome, secret } = await start({});
  expect(welcome).toContain(curlSession({ url: 'http://127.0.0.1:3737', secret }));
  const last = welcome.trimEnd().split('\n').at(-1);
  expect(last).toBe(`Open it: http://127.0.0.1:3737/inspect#secret=${secret}`);
});

it('prints the session that stands in the README', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const secret = '$(cat .replicas-dev/engine-secret)';
  expect(readme).toContain(`\`\`\`sh\n${curlSession({ url: 'http://127.0.0.1:3737', secret })}\`\`\``);
});

it('closes its stand-ins when the engine does not start', async () => {
  const failing = startDev({
    real: false,
    environment: {},
    home,
    serve: (environment) => {
      served.push(environment);
      return Promise.reject(new Error('port in use'));
    },
  });
  await expect(failing).rejects.toThrow('port in use');
  const codexPort = await readFile(join(home, 'codex-model-port'), 'utf8');
  const codex = `http://127.0.0.1:${codexPort.trim()}`;
  const urls = [served[0]?.['ANTHROPIC_BASE_URL'], served[0]?.['MONOLITH_URL'], codex];
  for (const url of urls) await expect(fetch(url ?? '')).rejects.toThrow('fetch failed');
});

it('leaves Codex with the model of an engine that runs here already', async () => {
  await start({});
  const model = await scriptedCodex();
  const serve = () => Promise.reject(new Error('home in use'));

  await expect(startDev({ real: false, environment: {}, home, serve })).rejects.toThrow('home in use');
  expect(await scriptedCodex()).toBe(model);
});

async function start(environment: Environment, { real = false } = {}): Promise<DevEngine> {
  const serve = (given: Environment) => {
    served.push(given);
    return Promise.resolve({ url: `http://127.0.0.1:${given['PORT']}`, stop: () => Promise.resolve() });
  };
  const engine = await startDev({ real, environment, serve, home });
  engines.push(engine);
  return engine;
}

function codexHome(): string {
  return join(home, '.codex-scripted');
}

/** Where the configuration leads Codex. */
async function scriptedCodex(): Promise<string> {
  const configuration = await readFile(join(codexHome(), 'config.toml'), 'utf8');
  return /^base_url = "(.*)"$/m.exec(configuration)?.[1] ?? '';
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}
