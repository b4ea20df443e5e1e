import { writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { CredentialFile } from '../../src/credentials/credential-file.ts';
import { gitCredentials, replaceAsGit } from '../../src/credentials/git-credentials.ts';
import { githubHosts, GithubLogin } from '../../src/credentials/github-logins.ts';
import { sha256 } from '../../src/credentials/login.ts';
import { watchFile } from '../../src/credentials/watch-file.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

describe('the token for GitHub', () => {
  it('is put where git and gh look, and git is told to look there', async () => {
    const { github, provideHelper, read } = await openGithub();

    expect(await github.keep({ token: 'one' })).toBe('token');

    expect(await read()).toEqual([
      'https://x-access-token:one@github.com\n',
      expect.stringContaining('oauth_token: one'),
    ]);
    expect(provideHelper).toHaveBeenCalledTimes(1);
  });

  it('counts as refused when git erased it', async () => {
    const { github, write } = await openGithub();
    await github.keep({ token: 'one' });
    await write('https://me:x@gitlab.example\n');

    expect(await github.review()).toBe(sha256('one'));
  });

  it('is put back when a command of git that began before wrote the old one', async () => {
    const { github, read, write } = await openGithub();
    await github.keep({ token: 'one' });
    await github.keep({ token: 'two' });
    await write('https://x-access-token:one@github.com\n');

    expect(await github.review()).toBeNull();

    expect((await read())[0]).toBe('https://x-access-token:two@github.com\n');
  });

  it('is the one that somebody else put there, also for gh', async () => {
    const { github, read, write } = await openGithub();
    await github.keep({ token: 'one' });
    await write('https://x-access-token:theirs@github.com\n');

    expect(await github.review()).toBeNull();

    expect((await read())[1]).toContain('oauth_token: theirs');
  });

  it('is nobody’s business before the first one', async () => {
    const { github, write } = await openGithub();
    await write('');

    expect(await github.review()).toBeNull();
  });
});

describe('a file that is watched', () => {
  it('is looked at after it was replaced, and no other', async () => {
    const path = join(await temporaryFolder(), '.git-credentials');
    const onChange = vi.fn(() => Promise.resolve());
    const stop = watchFile(path, { onChange, gatherMs: 1, onError: (error) => expect.fail(String(error)) });

    await writeFile(`${path}.other`, '');
    await replaceAsGit(path, 'new', ignore);
    await vi.waitFor(() => expect(onChange).toHaveBeenCalled(), 5_000);

    stop();
  });
});

async function openGithub() {
  const folder = await temporaryFolder();
  const [path, hostsPath] = [join(folder, '.git-credentials'), join(folder, 'gh', 'hosts.yml')];
  const onDamage = () => expect.fail('Nothing is damaged.');
  const provideHelper = vi.fn(() => Promise.resolve());
  const github = new GithubLogin({
    gitCredentials: new CredentialFile({
      path,
      codec: gitCredentials,
      onDamage,
      replace: (file, text) => replaceAsGit(file, text, ignore),
    }),
    hosts: new CredentialFile({ path: hostsPath, codec: githubHosts, onDamage }),
    provideHelper,
  });
  const read = () => Promise.all([readFile(path, 'utf8'), readFile(hostsPath, 'utf8')]);
  return { github, provideHelper, read, write: (text: string) => writeFile(path, text) };
}

function ignore(): void {
  return undefined;
}
