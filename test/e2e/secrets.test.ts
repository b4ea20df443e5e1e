import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { RecordedRequest } from '../support/recorded-model.ts';
import { scriptTurns } from '../../src/dev/turn-script.ts';
import { claudeOauth, githubToken, startCredentialIssuer } from '../support/credential-issuer.ts';
import { fetchOnce } from '../support/fetch-once.ts';
import { echo } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';
import { refuse } from '../support/model-troubles.ts';

/** What must not be found anywhere but in the files that hold it. */
const SECRETS = [
  'secret-of-the-tests',
  'sk-ant-oat01-of-the-boot',
  'sk-ant-oat01-of-the-renewal',
  'sk-ant-ort01-shared-by-all',
  'ghs_TokenOfGithub0123456789abcdefghijklm',
  'ghp_TokenOfTheProvisioning0123456789abcd',
  'sk-codex-key-that-was-issued',
  'sk-ant-dummy-of-the-environment',
  'sk-openai-of-the-environment',
  'aws-secret-of-the-environment',
];

const ROUTES = [
  '/health /status /chats /repos?includeDiffs=true /plans /hooks/status /hooks/logs',
  '/token-refresh/health /openapi.json /metrics /machines /actors /no-such-route',
].flatMap((paths) => paths.split(' '));

/** Where secrets belong. */
const HOLDERS = ['logins.json'];

it('shows no secret in logs, events, files, answers, webhooks and titles of processes', async () => {
  const issuer = await startCredentialIssuer({
    github: () => githubToken('ghs_TokenOfGithub0123456789abcdefghijklm'),
    claude: ({ reason }) =>
      claudeOauth(reason === 'boot' ? 'sk-ant-oat01-of-the-boot' : 'sk-ant-oat01-of-the-renewal'),
    codex: () => ({ type: 'apiKey', apiKey: 'sk-codex-key-that-was-issued' }),
  });
  const seen: { requests: readonly RecordedRequest[] } = { requests: [] };
  const turns = scriptTurns(echo);
  const { client, chatId, home, engine, model } = await startWorkspace({
    script: (request) =>
      seen.requests.at(-1)?.headers.authorization === 'Bearer sk-ant-oat01-of-the-renewal'
        ? turns(request)
        : refuse(401, 'authentication_error'),
    environment: {
      MONOLITH_URL: issuer.url,
      LOG_LEVEL: 'trace',
      GH_TOKEN: 'ghp_TokenOfTheProvisioning0123456789abcd',
      ANTHROPIC_API_KEY: 'sk-ant-dummy-of-the-environment',
      OPENAI_API_KEY: 'sk-openai-of-the-environment',
      AWS_SECRET_ACCESS_KEY: 'aws-secret-of-the-environment',
    },
  });
  seen.requests = model.requests;
  const titles = watchTitles(home);
  const stream = await client.follow();

  await stream.waitForEnd(await client.send(chatId, 'one'));
  await client.post('/token-refresh/claude');
  await expect
    .poll(() => readFile(join(home, '.claude', '.credentials.json'), 'utf8'), { timeout: 30_000 })
    .toContain('of-the-renewal');
  const { payload } = await stream.waitForEnd(await client.send(chatId, 'two'));
  expect(payload.outcome).toBe('completed');

  const routes = [...ROUTES, `/chats/${chatId}`, `/chats/${chatId}/history`];
  const answers = await Promise.all(routes.map((path) => answerOf(client.url, path)));
  await engine().end('SIGTERM'); // a running one replaces files while they are read
  const places: [string, string][] = [
    ['log', engine().logs()],
    ['events', JSON.stringify(stream.events)],
    ['webhooks', JSON.stringify(issuer.told)],
    ['titles', titles()],
    ...answers,
    ...(await filesBelow(join(home, '.replicas'))),
  ];
  expect(
    places.flatMap(([place, text]) =>
      SECRETS.filter((secret) => text.includes(secret)).map((secret) => [place, secret]),
    ),
  ).toEqual([]);
  expect(titles()).toContain('claude');
  expect(places.map(([place]) => place)).toContain('/engine/events.jsonl');
});

/** Collects the command lines of an engine and of all it starts until the test is over; other tests have their own. */
function watchTitles(home: string): () => string {
  const titles = new Set<string>();
  const look = async () => {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const pid of processes) {
      if ((await readProcess(pid, 'environ')).includes(home)) titles.add(await readProcess(pid, 'cmdline'));
    }
  };
  const timer = setInterval(() => void look(), 100);
  onTestFinished(() => clearInterval(timer));
  return () => [...titles].join('\n');
}

function readProcess(pid: string, file: 'environ' | 'cmdline'): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => ''); // gone
}

async function answerOf(url: string, path: string): Promise<[string, string]> {
  const response = await fetchOnce(`${url}${path}`, {
    headers: { 'x-replicas-engine-secret': 'secret-of-the-tests' },
  });
  return [path, JSON.stringify([...response.headers]) + (await response.text())];
}

async function filesBelow(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !HOLDERS.includes(entry.name));
  return Promise.all(
    files.map(async ({ parentPath, name }): Promise<[string, string]> => {
      const path = join(parentPath, name);
      return [path.slice(folder.length), await readFile(path, 'latin1')];
    }),
  );
}
