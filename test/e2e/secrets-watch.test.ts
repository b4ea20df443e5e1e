import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RUN_MARKER } from '../../src/processes/run.ts';
import { killAgents } from '../support/agent-processes.ts';
import { launchEngine } from '../support/engine-process.ts';
import { takeShown } from '../support/secret-watch.ts';
import { createSearch, findSecrets, keepSecret, keepSecretsOf } from '../support/secrets.ts';
import { createTemporaryHome } from '../support/temporary-home.ts';
import { startWorkspace } from '../support/workspace.ts';

/** A secret that no other test knows. */
const plant = (): string => `sk-planted-${randomUUID()}`;

it.fails('fails a test in which a file of an engine holds a secret', { retry: 0 }, async () => {
  const planted = plant();
  const { home } = await startWorkspace({ environment: { ANTHROPIC_API_KEY: planted } });
  await writeFile(join(home, '.replicas', 'startHooks.log'), `[app] the key is ${planted}\n`);
});

it('finds a secret that was sent to an agent in the log, the history, the stream and the answers', async () => {
  const planted = plant();
  const workspace = await startWorkspace({ environment: { OPENAI_API_KEY: planted } });
  const { client, chatId, home } = workspace;
  const stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, `My key is ${planted}`));
  await client.history(chatId);
  await workspace.kill();
  await killAgents(home);

  const shown = await takeShown();

  const at = (place: string) => new RegExp(`^${place} shows OPENAI_API_KEY at offset \\d+$`);
  for (const place of [
    'A stream of events',
    `The answer to GET /chats/${chatId}/history\\?limit=1000`,
    `${home}/.replicas/engine/events.jsonl`,
    `${home}/.replicas/engine/history/${chatId}.jsonl`,
    `${home}/.replicas/engine/agents/[^/]+/stdin`,
  ]) {
    expect(shown).toContainEqual(expect.stringMatching(at(place)));
  }
  expect(shown.join('\n')).not.toContain(planted);
});

it('finds a secret in what an engine prints, also when it never started', async () => {
  const planted = plant();
  const home = await createTemporaryHome();
  onTestFinished(() => home.remove());
  const environment = { WORKSPACE_HOME: home.path, GH_TOKEN: planted, PORT: planted };
  const { exited, pid } = launchEngine(environment, { cwd: home.path });
  await exited;

  expect(await takeShown()).toEqual([
    expect.stringMatching(new RegExp(`^The output of engine ${pid} shows GH_TOKEN`)),
  ]);
});

it('finds a secret in the title of a process that an engine started', async () => {
  const planted = plant();
  const { home } = await startWorkspace({ environment: { GH_TOKEN: planted } });
  const env = { WORKSPACE_HOME: home, [RUN_MARKER]: 'run' };
  const child = execa('sh', ['-c', 'read line', planted], { env, reject: false });
  onTestFinished(async () => void (child.stdin.end(), await child));

  const shown = await takeShown();
  child.stdin.end();
  await child;

  expect(shown).toEqual([
    expect.stringMatching(new RegExp(`^The title of process ${child.pid} shows GH_TOKEN`)),
  ]);
});

it('finds a file of logins that others can read', async () => {
  const { home, kill } = await startWorkspace();
  await kill(); // a running engine may replace the file
  const file = join(home, '.replicas', 'engine', 'logins.json');
  await writeFile(file, '{}', { mode: 0o644 });
  await chmod(file, 0o644);

  expect(await takeShown()).toEqual([`${file} holds secrets and can be read by others`]);
});

it('lets the lines that log Codex in hold a token, and no other line of its input', async () => {
  const planted = plant();
  const { home } = await startWorkspace({ environment: { OPENAI_API_KEY: planted } });
  const folder = join(home, '.replicas', 'engine', 'agents', 'run');
  await mkdir(folder, { recursive: true });
  const login = JSON.stringify({ method: 'account/login/start', params: { apiKey: planted } });
  const turn = JSON.stringify({ method: 'turn/start', params: { text: planted } });
  await writeFile(join(folder, 'stdin'), `${login}\n${turn}\n`, { mode: 0o600 });

  const shown = await takeShown();

  const offset = login.length + 1 + turn.indexOf(planted);
  expect(shown).toEqual([`${folder}/stdin shows OPENAI_API_KEY at offset ${offset}`]);
});

it('finds a password that a test left in the files of git', async () => {
  const planted = plant();
  const prepare = (home: string) =>
    writeFile(join(home, '.git-credentials'), `https://me:${planted}-for-git@gitlab.example\n`);
  const { home } = await startWorkspace({ prepare });
  const file = join(home, '.replicas', 'startHooks.log');
  await writeFile(file, `[app] ${planted}-for-git\n`);

  const shown = await takeShown();
  await rm(file);

  expect(shown).toEqual([`${file} shows a password of git at offset 6`]);
});

describe('the search', () => {
  it('finds a secret as it is, in an address, in JSON and in a header of any length', () => {
    keepSecret('a password', 'a "secret" & more');

    for (const before of ['', 'u:', 'user:', 'me:', 'x-access-token:']) {
      const header = Buffer.from(`${before}a "secret" & more`).toString('base64');
      expect(findSecrets(`Basic ${header}`)).toMatchObject([{ name: 'a password' }]);
    }
    for (const text of [
      'a "secret" & more',
      encodeURIComponent('a "secret" & more'),
      String.raw`"a \"secret\" & more"`,
    ]) {
      expect(findSecrets(text)).toMatchObject([{ name: 'a password' }]);
    }
  });

  it('finds a secret once wherever a text is cut, and tells where it is', () => {
    keepSecret('a key', 'cut-anywhere');
    const text = `${'.'.repeat(40)}cut-anywhere${'.'.repeat(40)}`;

    for (let cut = 0; cut <= text.length; cut += 1) {
      const search = createSearch();
      const found = [text.slice(0, cut), '', text.slice(cut)].flatMap((part) => search(part));
      expect(found).toEqual([{ name: 'a key', offset: 40, length: 12 }]);
    }
  });

  it('takes from a credential what is secret about it', () => {
    const tokens = { access_token: 'access-of-codex', account_id: 'account-of-codex' };
    keepSecretsOf({ type: 'oauth-of-codex', tokens, env: { AWS_SECRET_ACCESS_KEY: 'access-of-amazon' } });

    expect(findSecrets('access-of-codex account-of-codex oauth-of-codex access-of-amazon')).toMatchObject([
      { name: 'access_token', offset: 0 },
      { name: 'AWS_SECRET_ACCESS_KEY' },
    ]);
  });
});
