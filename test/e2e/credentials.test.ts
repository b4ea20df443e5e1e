import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TokenRefreshHealth } from '../../src/contract/credentials.ts';
import { agentProcesses } from '../support/agent-processes.ts';
import { claudeOauth, startCredentialIssuer } from '../support/credential-issuer.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';

it('hands Claude Code the login that was issued instead of the key of its environment, and the next one while it runs', async () => {
  const issuer = await startCredentialIssuer({
    claude: (_request, count) => claudeOauth(`sk-ant-oat01-token-${count}`),
  });
  const workspace = await startWorkspace({ environment: { MONOLITH_URL: issuer.url } });
  const { client, chatId, home } = workspace;
  const stream = await client.follow();

  await stream.waitForEnd(await client.send(chatId, 'one'));
  const [first] = await agentProcesses(home);
  await refresh(workspace, 'claude');
  await expect.poll(() => issuer.asked.claude.length, { timeout: 30_000 }).toBe(2);
  const file = join(home, '.claude', '.credentials.json');
  await expect.poll(() => readFile(file, 'utf8')).toContain('sk-ant-oat01-token-2');
  await stream.waitForEnd(await client.send(chatId, 'two'));

  expect(loginsOf(workspace)).toEqual(['Bearer sk-ant-oat01-token-1', 'Bearer sk-ant-oat01-token-2']);
  expect((await agentProcesses(home))[0]).toEqual(first);
  expect(issuer.asked.claude.map(({ reason }) => reason)).toEqual(['boot', 'manual']);
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    claudeAiOauth: { accessToken: 'sk-ant-oat01-token-2', refreshToken: '' },
  });
  expect([(await stat(file)).mode & 0o777, (await stat(join(home, '.claude'))).mode & 0o777]).toEqual([
    0o600, 0o700,
  ]);
});

it('starts Claude Code anew for the next turn when the key it was launched with is replaced', async () => {
  const issuer = await startCredentialIssuer({
    claude: (_request, count) => ({ type: 'apiKey', apiKey: `sk-ant-api03-issued-${count}` }),
  });
  const workspace = await startWorkspace({ environment: { MONOLITH_URL: issuer.url } });
  const { client, chatId, home } = workspace;
  const stream = await client.follow();

  await stream.waitForEnd(await client.send(chatId, 'one'));
  await refresh(workspace, 'claude');
  await expect
    .poll(() => readFile(join(home, '.replicas', 'engine', 'logins.json'), 'utf8'), { timeout: 30_000 })
    .toContain('issued-2');
  await stream.waitForEnd(await client.send(chatId, 'two'));

  expect(loginsOf(workspace)).toEqual(['sk-ant-api03-issued-1', 'sk-ant-api03-issued-2']);
});

it('tells how the credentials stand without any of them, also under the next engine', async () => {
  const issuer = await startCredentialIssuer({
    claude: () => ({ type: 'apiKey', apiKey: 'sk-ant-api03-issued' }),
    codex: () => 403,
  });
  const workspace = await startWorkspace({ environment: { MONOLITH_URL: issuer.url } });
  const { client } = workspace;

  await expect.poll(() => statesOf(workspace), { timeout: 30_000 }).toEqual(['absent', 'fresh', 'rejected']);
  const { providers } = await health(workspace);
  expect(providers.claude).toEqual({
    state: 'fresh',
    source: 'apiKey',
    lastSuccessAt: expect.any(String),
    lastAttemptAt: expect.any(String),
    nextAttemptAt: expect.any(String),
    expiresAt: null,
    consecutiveFailures: 0,
    lastError: null,
  });
  expect(providers.codex).toMatchObject({
    consecutiveFailures: 1,
    lastError: expect.stringContaining('403'),
  });
  expect((await client.post('/token-refresh/other')).status).toBe(400);

  const saved = join(workspace.home, '.replicas', 'engine', 'credentials.json');
  await expect.poll(() => readFile(saved, 'utf8')).toContain(providers.claude.lastSuccessAt);
  await workspace.kill();
  issuer.issue.claude = () => 503;
  await workspace.start();

  await expect
    .poll(() => statesOf(workspace), { timeout: 30_000 })
    .toEqual(['absent', 'backingOff', 'rejected']);
  expect((await health(workspace)).providers.claude).toMatchObject({
    source: 'apiKey',
    lastSuccessAt: providers.claude.lastSuccessAt,
  });
});

async function refresh({ client }: Workspace, provider: string): Promise<void> {
  const { status, body } = await client.post(`/token-refresh/${provider}`);
  expect([status, body['provider']]).toEqual([202, provider]);
}

async function health({ client }: Workspace): Promise<TokenRefreshHealth> {
  return (await client.get<TokenRefreshHealth & Record<string, unknown>>('/token-refresh/health')).body;
}

async function statesOf(workspace: Workspace): Promise<string[]> {
  const { github, claude, codex } = (await health(workspace)).providers;
  return [github, claude, codex].map(({ state }) => state);
}

/** How Claude Code identified itself for each answer of the model. */
function loginsOf({ model }: Workspace): unknown[] {
  return model.requests
    .filter(({ message }) => message !== null)
    .map(({ headers }) => headers['x-api-key'] ?? headers.authorization);
}
