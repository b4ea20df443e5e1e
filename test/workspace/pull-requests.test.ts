import { describe, expect, it, vi } from 'vitest';
import type { PullRequestAnswer } from '../../src/workspace/github-cli.ts';
import { PullRequests, PullRequestsFileSchema } from '../../src/workspace/pull-requests.ts';
import type { PullRequestsFile } from '../../src/workspace/pull-requests.ts';
import { parseRemote, withoutCredentials } from '../../src/workspace/remotes.ts';

const MINUTE = 60_000;

function subject(currentBranch: string, url = 'git@github.com:acme/tool.git') {
  const remote = parseRemote('origin', url);
  return { currentBranch, defaultBranch: 'main', remotes: remote === undefined ? [] : [remote] };
}

const FEATURE = subject('feature');

/** Pull requests whose branch lies in the repository itself. */
function ours(...urls: string[]): PullRequestAnswer {
  return { state: 'checked', pulls: urls.map((url) => ({ url, head: 'acme/tool' })) };
}

/** Pull requests with a clock of the test and a GitHub that answers what the test says. */
function start(saved: PullRequestsFile | null = null) {
  const answers = new Map<string, PullRequestAnswer>();
  const asked: string[] = [];
  const troubles: string[] = [];
  const state = { now: 1_000_000, saved, changes: 0 };
  vi.spyOn(Date, 'now').mockImplementation(() => state.now);
  const pullRequests = new PullRequests({
    find: async ({ host }, branch) => {
      asked.push(`${host} ${branch}`);
      return answers.get(branch) ?? { state: 'checked', pulls: [] };
    },
    saved,
    save: (file) => {
      state.saved = structuredClone(file);
    },
    onChange: () => (state.changes += 1),
    onTrouble: (trouble) => troubles.push(`${trouble.host} ${trouble.state}`),
  });
  /** Looks at a repository, and waits until nothing more is asked. */
  const look = async (repository = FEATURE) => {
    const [count, changes] = [asked.length, state.changes];
    pullRequests.consider(repository);
    await vi.waitFor(() => expect(state.changes - changes).toBe(asked.length - count), { interval: 1 });
    return pullRequests.of(repository);
  };
  return { answers, asked, troubles, state, look, pullRequests };
}

describe('pull requests', () => {
  it('that were saved with addresses of anything but the web are forgotten', () => {
    const urls = ['https://github.com/acme/tool/pull/1', 'javascript:alert(1)', 'data:text/html,x'];
    const pulls = urls.map((url) => ({ url, head: 'acme/tool' }));
    const feature = { pulls, checkedAt: 1 };
    const saved = { version: 2, repositories: { 'github.com/acme/tool': { feature } } };

    expect(start(PullRequestsFileSchema.parse(saved)).pullRequests.of(FEATURE).prUrls).toEqual([urls[0]]);
  });

  it('of a branch are asked for once a minute while there are none, and after each turn', async () => {
    const { asked, state, look, pullRequests, answers } = start();
    expect(await look()).toEqual({ prUrls: [], prUrl: null, prState: 'checked' });
    await look();
    expect(asked).toHaveLength(1);

    state.now += MINUTE;
    await look();
    expect(asked).toHaveLength(2);

    answers.set('feature', ours('url-1'));
    state.now += 1;
    pullRequests.expectNews();
    expect(await look()).toEqual({ prUrls: ['url-1'], prUrl: 'url-1', prState: 'checked' });

    state.now += 9 * MINUTE;
    await look();
    expect(asked).toHaveLength(3);
  });

  it('are kept when another branch is checked out, and when the engine starts again', async () => {
    const { answers, state, look } = start();
    answers.set('feature', ours('url-2', 'url-1'));
    answers.set('other', ours('url-3'));
    await look();
    await look(subject('other'));

    const next = start(state.saved);

    const all = ['url-2', 'url-1', 'url-3'];
    expect(next.pullRequests.of(FEATURE)).toEqual({ prUrls: all, prUrl: 'url-2', prState: 'checked' });
    expect(next.pullRequests.of(subject('main'))).toEqual({ prUrls: all, prUrl: null });
    expect((await next.look(subject('main'))).prUrl).toBeNull();
    expect(next.asked).toEqual([]);
  });

  it.each(['main', 'HEAD', ''])('are not asked for on %j', async (branch) => {
    const { asked, look } = start();

    await look(subject(branch));

    expect(asked).toEqual([]);
  });

  it.each(['https://gitlab.com/acme/tool.git', '/srv/git/tool.git'])(
    'of %s are none of ours',
    async (url) => {
      const { asked, look } = start();

      expect(await look(subject('feature', url))).toEqual({ prUrls: [], prUrl: null });
      expect(asked).toEqual([]);
    },
  );

  it('of a host that cannot be asked are asked for more and more rarely, and told once', async () => {
    const { asked, state, look, pullRequests, answers, troubles } = start();
    answers.set('feature', { state: 'rateLimited', reason: 'enough' });

    for (let seconds = 0; seconds < 3_600; seconds += 5) {
      pullRequests.expectNews();
      await look();
      state.now += 5_000;
    }

    expect(pullRequests.of(FEATURE)).toEqual({ prUrls: [], prUrl: null, prState: 'rateLimited' });
    expect(asked.length).toBeLessThanOrEqual(9);
    expect(troubles).toEqual(['github.com rateLimited']);

    answers.set('feature', ours('url-1'));
    state.now += 15 * MINUTE;
    expect(await look()).toEqual({ prUrls: ['url-1'], prUrl: 'url-1', prState: 'checked' });
  });

  it('count when their branch lies in the repository or in a remote of it, whatever a stranger calls his', async () => {
    const { answers, look, pullRequests } = start();
    answers.set('feature', {
      state: 'checked',
      pulls: [
        { url: 'url-of-a-stranger', head: 'mallory/tool' },
        { url: 'url-of-nobody', head: null },
        { url: 'url-of-a-namesake', head: 'acme/other' },
        { url: 'url-of-the-fork', head: 'ada/tool' },
        { url: 'url-of-the-repository', head: 'acme/tool' },
      ],
    });
    expect(await look()).toEqual({
      prUrls: ['url-of-the-repository'],
      prUrl: 'url-of-the-repository',
      prState: 'checked',
    });

    const fork = parseRemote('fork', 'git@github.com:Ada/Tool.git');
    const elsewhere = parseRemote('elsewhere', 'git@github.example.com:mallory/tool.git');
    const remotes = [...FEATURE.remotes, fork, elsewhere].filter((remote) => remote !== undefined);

    expect(pullRequests.of({ ...FEATURE, remotes })).toEqual({
      prUrls: ['url-of-the-fork', 'url-of-the-repository'],
      prUrl: 'url-of-the-fork',
      prState: 'checked',
    });
  });

  it('that were saved without their branch count for nothing until they were asked for again', async () => {
    const branch = { urls: ['url-of-a-stranger'], checkedAt: 1_000_000 };
    const saved = PullRequestsFileSchema.parse({
      version: 1,
      repositories: { 'github.com/acme/tool': { feature: branch, other: branch } },
    });
    const { answers, asked, look, pullRequests, state } = start(saved);
    answers.set('other', ours('url-1'));
    expect(pullRequests.of(FEATURE)).toEqual({ prUrls: [], prUrl: null });

    await look();

    expect(asked.toSorted()).toEqual(['github.com feature', 'github.com other']);
    expect(pullRequests.of(FEATURE)).toEqual({ prUrls: ['url-1'], prUrl: null, prState: 'checked' });
    expect(state.saved?.version).toBe(2);
  });

  it('of one repository that GitHub does not know leave the others alone', async () => {
    const { answers, asked, look } = start();
    answers.set('feature', { state: 'failed', reason: 'no such repository' });
    await look();

    expect(await look(subject('other', 'https://github.com/acme/else'))).toMatchObject({
      prState: 'checked',
    });
    await look();
    expect(asked).toEqual(['github.com feature', 'github.com other']);
  });
});

describe('a remote', () => {
  it.each([
    [
      'https://user:token@github.com/acme/tool.git',
      { host: 'github.com', owner: 'acme', repository: 'tool' },
    ],
    ['https://a@b@github.com/acme/tool/', { host: 'github.com', owner: 'acme', repository: 'tool' }],
    [
      'ssh://git@github.acme.com:2222/acme/tool',
      { host: 'github.acme.com', owner: 'acme', repository: 'tool' },
    ],
    [
      'git@gitlab.com:group/deeper/tool.git',
      { host: 'gitlab.com', owner: 'group/deeper', repository: 'tool' },
    ],
  ])('%s is understood', (url, remote) => {
    expect(parseRemote('origin', url)).toEqual({ name: 'origin', ...remote });
  });

  it.each(['/srv/tool.git', '../tool', 'file:///srv/tool.git', 'C:\\tool', ''])('%s is no host', (url) => {
    expect(parseRemote('origin', url)).toBeUndefined();
  });

  it("of an endless address is nobody's, and says so at once", () => {
    const million = 'a'.repeat(1_000_000);
    expect(withoutCredentials(`${million} https://me:secret@host/${million}@`)).toBe(
      `${million} https://host/${million}@`,
    );
    expect(parseRemote('origin', `https://host/${'/'.repeat(1_000_000)}a/b`)).toBeUndefined();
  });
});
