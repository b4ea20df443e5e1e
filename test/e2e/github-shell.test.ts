import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, beforeAll } from 'vitest';
import { say, useTool } from '../../src/dev/scripted-steps.ts';
import { sha256 } from '../../src/credentials/login.ts';
import { githubToken, startCredentialIssuer } from '../support/credential-issuer.ts';
import { INSTALLING_MS, hasCommand, provideDebianPackage } from '../support/debian-package.ts';
import { startFakeGithub } from '../support/fake-github.ts';
import { byPrompt, inSteps } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

beforeAll(async () => {
  for (const name of ['git', 'gh', 'openssl']) await provideDebianPackage(name, () => hasCommand(name));
}, INSTALLING_MS);

const IDENTITY = '[user]\n\tname = Ada\n\temail = ada@example.org\n';

const WORK = `cd app && git checkout --quiet -b feature
git commit --quiet --allow-empty -m first && git push --quiet origin feature
echo pushed > ../pushed; while [ ! -e ../rotated ]; do sleep 0.1; done
git commit --quiet --allow-empty -m second && git push --quiet origin feature
gh pr create --title Title --body Body --base main --head feature`;

it('lets git push and gh pr create work with a token that came while their shell was running', async () => {
  const github = await startFakeGithub(await temporaryFolder());
  github.tokens.add('ghs_token-1').add('ghs_token-2');
  const issuer = await startCredentialIssuer({
    github: (_request, count) => githubToken(`ghs_token-${count}`),
  });
  const workspace = await startWorkspace({
    script: byPrompt({ work: inSteps(useTool('Bash', { command: WORK, timeout: 110_000 }), say('Done.')) }),
    environment: {
      MONOLITH_URL: issuer.url,
      GH_TOKEN: 'ghs_token-of-the-provisioning',
      ...github.environment,
    },
    prepare: (path) => prepareHome(path),
  });
  const { client, chatId, folder, home } = workspace;
  const stream = await client.follow();

  await expect.poll(() => exists(join(home, '.config', 'gh', 'hosts.yml')), { timeout: 30_000 }).toBe(true);
  const message = await client.send(chatId, 'work');
  await expect.poll(() => exists(join(folder, 'pushed')), { timeout: 90_000 }).toBe(true);
  await client.post('/token-refresh/github');
  await expect
    .poll(() => readFile(join(home, '.git-credentials'), 'utf8'), { timeout: 30_000 })
    .toContain('ghs_token-2');
  github.tokens.delete('ghs_token-1');
  await writeFile(join(folder, 'rotated'), '');
  await stream.waitForEnd(message);

  expect(await github.subjects('feature')).toEqual(['second', 'first', 'root']);
  expect(github.pullRequests).toEqual(['Title']);
  expect(github.logins.filter(({ program, isGood }) => program === 'git' && !isGood)).toEqual([]);
  // git puts the line that worked first.
  const lines = (await readFile(join(home, '.git-credentials'), 'utf8')).split('\n');
  expect(lines.toSorted()).toEqual([
    '',
    'https://me:secret@gitlab.example',
    'https://x-access-token:ghs_token-2@github.com',
  ]);
  expect(await readFile(join(home, '.gitconfig'), 'utf8')).toBe(
    `${IDENTITY}[credential]\n\thelper = store\n`,
  );

  await workspace.kill();
  await workspace.start();
  await expect
    .poll(() => readFile(join(home, '.git-credentials'), 'utf8'), { timeout: 30_000 })
    .toContain('ghs_token-3');
});

const PUSH_UNTIL_IT_WORKS = `cd app && export GIT_TERMINAL_PROMPT=0
git checkout --quiet -b feature && git commit --quiet --allow-empty -m first
until git push --quiet origin feature; do sleep 0.2; done`;

it('asks for another token when GitHub refused one to git, and the next push in the same shell works', async () => {
  const github = await startFakeGithub(await temporaryFolder());
  github.tokens.add('ghs_token-2');
  const issuer = await startCredentialIssuer({
    github: (_request, count) => githubToken(`ghs_token-${count}`),
  });
  const work = inSteps(useTool('Bash', { command: PUSH_UNTIL_IT_WORKS, timeout: 110_000 }), say('Done.'));
  const { client, chatId, home } = await startWorkspace({
    script: byPrompt({ work }),
    environment: { MONOLITH_URL: issuer.url, ...github.environment },
    prepare: (path) => prepareHome(path),
  });
  const stream = await client.follow();
  await expect.poll(() => exists(join(home, '.config', 'gh', 'hosts.yml')), { timeout: 30_000 }).toBe(true);

  await stream.waitForEnd(await client.send(chatId, 'work'));

  expect(await github.subjects('feature')).toEqual(['first', 'root']);
  expect(issuer.asked.github).toEqual([
    { reason: 'boot' },
    { reason: 'rejected', rejectedTokenSha256: sha256('ghs_token-1') },
  ]);
});

const PROVISIONED = 'https://me:secret@gitlab.example\nhttps://x-access-token:ghs_token-0@github.com\n';

async function prepareHome(home: string): Promise<void> {
  await writeFile(join(home, '.gitconfig'), IDENTITY);
  await writeFile(join(home, '.git-credentials'), PROVISIONED, { mode: 0o600 });
  const repository = join(home, 'workspaces', 'app');
  await mkdir(repository, { recursive: true });
  const git = (...args: string[]) => execa('git', ['-C', repository, ...args], { env: { HOME: home } });
  await git('init', '--quiet', '--initial-branch=main');
  await git('commit', '--quiet', '--allow-empty', '-m', 'root');
  await git('remote', 'add', 'origin', 'https://github.com/acme/app.git');
}

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}
