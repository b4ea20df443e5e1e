import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createKnownSecrets } from '../../src/hooks/known-secrets.ts';

it('are the ones given, variables with a telling name, and what the files of credentials hold', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'known-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  const secrets = createKnownSecrets({
    values: ['of-the-engine'],
    env: {
      LINEAR_ACCESS_TOKEN: 'of-the-variable',
      DEPLOY_API_KEY: 'first line of a key\nsecond line of a key\n--',
      SHORT_TOKEN: 'short',
      PATH: '/usr/local/bin',
    },
    files: [
      await file('.git-credentials', 'https://x-access-token:of-git-itself@github.com\n'),
      await file('auth.json', '{"tokens": {"access_token": "of-codex-now", "account_id": "visible-one"}}'),
      await file('hosts.yml', 'github.com:\n    oauth_token: of-github-cli\n    user: visible-user\n'),
      join(folder, 'missing.json'),
      await file('endless.json', `"${'key'.repeat(100_000)}`),
    ],
  });

  expect(secrets()).toEqual([
    'second line of a key',
    'first line of a key',
    'of-the-variable',
    'of-the-engine',
    'of-git-itself',
    'of-github-cli',
    'of-codex-now',
  ]);
});
