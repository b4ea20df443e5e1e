import { describe, expect, it } from 'vitest';
import type { Repo } from '../../../src/contract/repos.ts';
import { startApp } from '../../support/fake-engine.ts';

const REPO: Repo = {
  name: 'tool',
  path: '/home/ada/workspaces/tool',
  defaultBranch: 'main',
  currentBranch: 'feature',
  prUrls: [],
  prUrl: null,
  gitDiff: { added: 1, removed: 0 },
  startHooksCompleted: true,
};
const LAST_EVENT_ID = '000000000007-0123abcd';

describe('GET /repos', () => {
  it.each([
    ['', false],
    ['?includeDiffs=false', false],
    ['?includeDiffs=true', true],
  ])('answers with the list and its cursor (%s)', async (query, includeDiffs) => {
    const asked: unknown[] = [];
    const list = async (options: unknown) => (
      asked.push(options),
      { repos: [REPO], lastEventId: LAST_EVENT_ID }
    );

    const response = await startApp({ repos: { list } }).request(`/repos${query}`);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ repos: [REPO], lastEventId: LAST_EVENT_ID });
    expect(asked).toEqual([expect.objectContaining({ includeDiffs })]);
  });

  it('answers with a diff of megabytes as it is, whatever characters are in it', async () => {
    const fullDiff = `"\n\\\u0000${'😀ä'.repeat(1_000_001)}\ud83d`;
    const repo = { ...REPO, gitDiff: { added: 1, removed: 0, fullDiff, truncated: undefined } };
    const list = async () => ({ repos: [repo as Repo, REPO], lastEventId: LAST_EVENT_ID });

    const response = await startApp({ repos: { list } }).request('/repos?includeDiffs=true');

    const { repos } = (await response.json()) as { repos: Repo[] };
    const { gitDiff, ...rest } = repos[0]!;
    expect({ ...rest, gitDiff: REPO.gitDiff }).toEqual(REPO);
    expect(gitDiff?.fullDiff === fullDiff).toBe(true);
    expect(repos[1]).toEqual(REPO);
  });

  it('finds files, twenty of them unless told', async () => {
    const asked: unknown[] = [];
    const find = async (query: unknown) => (asked.push(query), { files: ['app/a.ts'], truncated: false });
    const app = startApp({ files: { find } });

    const response = await app.request('/files?q=a.ts');
    const refused = await app.request('/files?limit=0');

    expect(await response.json()).toEqual({ files: ['app/a.ts'], truncated: false });
    expect(asked).toEqual([{ q: 'a.ts', limit: 20 }]);
    expect(refused.status).toBe(400);
  });

  it('refuses a query that is neither yes nor no', async () => {
    const response = await startApp().request('/repos?includeDiffs=perhaps');

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'validation_failed' });
  });
});
