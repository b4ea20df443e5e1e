import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { INSTALLING_MS, hasCommand, provideDebianPackage } from '../../support/debian-package.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { createRepository } from '../../workspace/git-fixture.ts';
import { deployFile, deployPath } from './deploy-files.ts';

const UserDataSchema = z.object({
  write_files: z.array(z.object({ path: z.string(), permissions: z.string(), content: z.string() })),
  runcmd: z.array(z.string()),
});

describe('the user data of cloud-init', () => {
  it(
    'is valid',
    async () => {
      await provideDebianPackage('cloud-init', () => hasCommand('cloud-init'));
      const { exitCode, all } = await execa(
        'cloud-init',
        ['schema', '--config-file', deployPath('cloud-init.yaml')],
        { all: true, reject: false },
      );

      expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.stringMatching(/^Valid cloud-config/m) });
    },
    INSTALLING_MS,
  );

  it('brings the unit of systemd and the script of this folder', () => {
    expect(written('/etc/systemd/system/replicas-engine.service')).toBe(
      deployFile('replicas-engine.service'),
    );
    expect(written('/opt/provision-workspace.sh')).toBe(deployFile('provision-workspace.sh'));
  });

  it('keeps what is secret from others', () => {
    const secret = userData().write_files.filter(({ path }) => path.endsWith('.env'));

    expect(secret.map(({ path, permissions }) => [path, permissions])).toEqual([
      ['/etc/replicas-engine.env', '0600'],
      ['/etc/replicas-workspace.env', '0600'],
    ]);
  });
});

describe('the script that prepares a workspace', () => {
  it('sets git up, clones what has a URL, makes the rest, and changes nothing the second time', async () => {
    const home = await temporaryFolder();
    const origin = createRepository(join(await temporaryFolder(), 'origin'));
    const provision = (token: string) =>
      execa(deployPath('provision-workspace.sh'), {
        extendEnv: false,
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          GIT_USER_NAME: 'Ada Lovelace',
          GIT_USER_EMAIL: 'ada@example.com',
          GITHUB_TOKEN: token,
          REPOSITORIES: `shop=file://${origin} notes=`,
        },
      });
    await provision('first');

    await provision('second');

    const config = await execa('git', ['config', '--global', '--list'], { env: { HOME: home } });
    expect(config.stdout.split('\n').toSorted()).toEqual([
      'credential.helper=store',
      'user.email=ada@example.com',
      'user.name=Ada Lovelace',
    ]);
    const credentials = join(home, '.git-credentials');
    expect(readFileSync(credentials, 'utf8')).toBe('https://x-access-token:first@github.com\n');
    expect(statSync(credentials).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(home, 'workspaces/shop/kept.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
    expect(existsSync(join(home, 'workspaces/notes'))).toBe(true);
  });
});

function userData() {
  return UserDataSchema.parse(parse(deployFile('cloud-init.yaml')));
}

function written(path: string): string | undefined {
  return userData().write_files.find((file) => file.path === path)?.content;
}
