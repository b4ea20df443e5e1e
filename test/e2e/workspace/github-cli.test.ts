import { beforeAll, describe, expect, it } from 'vitest';
import { INSTALLING_MS } from '../../support/debian-package.ts';
import { provideGithubCli, startGithub, urlOf } from '../../workspace/github-stand-in.ts';

const REMOTE = { name: 'origin', host: 'github.com', owner: 'acme', repository: 'tool' };

beforeAll(provideGithubCli, INSTALLING_MS);

describe('the GitHub CLI', () => {
  it('tells the pull requests of a branch, the open one first, then the newest', async () => {
    const github = await startGithub();
    github.branches.set('feature', [
      { number: 9, state: 'CLOSED' },
      { number: 7, state: 'OPEN' },
      { number: 8, state: 'MERGED' },
    ]);

    expect(await github.find(REMOTE, 'feature')).toEqual({
      state: 'checked',
      pulls: [7, 9, 8].map((number) => ({ url: urlOf(number), head: 'acme/tool' })),
    });
    expect(await github.find(REMOTE, 'other')).toEqual({ state: 'checked', pulls: [] });
  });

  it('tells where the branch of each lies', async () => {
    const github = await startGithub();
    github.branches.set('feature', [
      { number: 3, state: 'OPEN' },
      { number: 2, state: 'OPEN', fork: 'Mallory/Tool' },
      { number: 1, state: 'OPEN', fork: null },
    ]);

    expect(await github.find(REMOTE, 'feature')).toEqual({
      state: 'checked',
      pulls: [
        { url: urlOf(3), head: 'acme/tool' },
        { url: urlOf(2), head: 'mallory/tool' },
        { url: urlOf(1), head: null },
      ],
    });
  });

  it('takes over no address but those of the web', async () => {
    const github = await startGithub();
    github.branches.set('feature', [
      { number: 9, state: 'OPEN', url: 'javascript:alert(1)' },
      { number: 8, state: 'OPEN', url: 'data:text/html,<script>alert(1)</script>' },
      { number: 7, state: 'OPEN' },
    ]);

    const pulls = [{ url: urlOf(7), head: 'acme/tool' }];
    expect(await github.find(REMOTE, 'feature')).toEqual({ state: 'checked', pulls });
  });

  it('uses the token that git has for the host, before any other', async () => {
    const github = await startGithub({
      gitCredentials: 'https://x-access-token:fresh%2Btoken@github.com\nhttps://a:for-acme@github.acme.com\n',
    });

    await github.find(REMOTE, 'feature');
    await github.find({ ...REMOTE, host: 'github.acme.com' }, 'feature');

    expect(github.asked).toEqual([
      { host: 'api.github.com', branch: 'feature', token: 'fresh+token' },
      { host: 'github.acme.com', branch: 'feature', token: 'for-acme' },
    ]);
  });

  it('that is not logged in says so without asking anybody', async () => {
    const github = await startGithub({ env: { GH_TOKEN: '' } });

    expect(await github.find(REMOTE, 'feature')).toMatchObject({ state: 'noLogin' });
    expect(github.asked).toEqual([]);
  });

  it.each([
    ['noLogin', { status: 401, body: { message: 'Bad credentials' } }],
    ['rateLimited', { status: 403, body: { message: 'API rate limit exceeded for user ID 1.' } }],
    ['rateLimited', { status: 429, body: { message: 'Too many' } }],
    ['unreachable', { status: 502, body: { message: 'Bad gateway' } }],
    [
      'failed',
      {
        status: 200,
        body: { errors: [{ type: 'NOT_FOUND', message: 'Could not resolve to a Repository' }] },
      },
    ],
  ])('says %s when GitHub answers %j', async (state, refusal) => {
    const github = await startGithub();
    github.refusal = refusal;

    expect(await github.find(REMOTE, 'feature')).toEqual({ state, reason: expect.stringMatching(/./) });
  });

  it('without a network says so', async () => {
    const github = await startGithub();
    github.close();

    expect(await github.find(REMOTE, 'feature')).toMatchObject({ state: 'unreachable' });
  });

  it('that gets no answer is given up', async () => {
    const github = await startGithub({ timeoutMs: 1_000 });
    github.refusal = 'hang';

    expect(await github.find(REMOTE, 'feature')).toEqual({
      state: 'unreachable',
      reason: 'The GitHub CLI did not answer in time.',
    });
  });
});

describe('without a GitHub CLI', () => {
  it('pull requests are not known, and it is said why', async () => {
    const github = await startGithub({ program: '/nonexistent/gh' });

    expect(await github.find(REMOTE, 'feature')).toEqual({
      state: 'noCli',
      reason: 'The GitHub CLI is not installed.',
    });
  });
});
