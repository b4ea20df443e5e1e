import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Repo } from '../../../src/contract/repos.ts';
import { Repositories } from '../../../src/workspace/repositories.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { commit, createReader, createRepository, git, write } from '../../workspace/git-fixture.ts';

const PATIENCE = { timeout: 60_000 };

/** Repositories in a folder of their own, and all that was announced. */
async function start({ prepare = () => undefined }: { prepare?: (folder: string) => void } = {}) {
  const folder = join(await temporaryFolder(), 'workspaces');
  mkdirSync(folder);
  prepare(folder);
  const announced: { type: string; repos: Repo[] }[] = [];
  const reads: string[] = [];
  const hooked = new Set<string>();
  const reader = createReader();
  const repositories = new Repositories({
    folder,
    read: (path, { began, ...options }) => (began(), reads.push(path), reader(path, options)),
    pullRequests: { of: () => ({ prUrls: [], prUrl: null }), consider: () => undefined },
    startHooksCompleted: (name) => !hooked.has(name),
    announce: ({ type, payload }) => announced.push({ type, repos: payload.repos }),
  });
  onTestFinished(() => repositories.close());
  await repositories.discovered();
  return { folder, repositories, announced, reads, hooked };
}

describe('the repositories', () => {
  it('that are there at the start are announced once, in the order of their names', async () => {
    const { announced, repositories } = await start({
      prepare: (folder) => {
        createRepository(join(folder, 'b'));
        createRepository(join(folder, 'a'));
        write(folder, { 'plain/readme.md': '', 'file.txt': '' });
        git(join(folder, 'bare.git'), 'init', '-q', '--bare');
      },
    });

    expect(await repositories.discovered()).toEqual(['a', 'b']);
    expect(announced.map(({ type, repos }) => [type, repos.map(({ name }) => name)])).toEqual([
      ['repo.discovered', ['a', 'b']],
    ]);
    expect(repositories.count).toBe(2);
  });

  it('are listed with the reason when their name is no text', async () => {
    const { repositories, folder } = await start({
      prepare: (root) => {
        createRepository(join(root, 'a'));
        const odd = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]);
        mkdirSync(odd);
        mkdirSync(Buffer.concat([odd, Buffer.from('/.git')]));
      },
    });

    const repos = await repositories.list({ includeDiffs: false });

    expect(repos.map(({ name, path, error }) => ({ name, path, code: error?.code }))).toEqual([
      { name: 'a', path: join(folder, 'a'), code: undefined },
      { name: 'caf\\xE9', path: join(folder, 'caf\\xE9'), code: 'repo_name_not_utf8' },
    ]);
    expect(repositories.count).toBe(2);
  });

  it('of an empty workspace are nothing to announce', async () => {
    const { announced, repositories } = await start();

    expect(await repositories.list({ includeDiffs: false })).toEqual([]);
    expect(announced).toEqual([]);
  });

  it('are announced as they come, change and go', async () => {
    const { folder, announced } = await start();
    const last = () => announced.at(-1);

    const repo = createRepository(join(folder, 'tool'));
    await vi.waitFor(
      () => expect(last()?.repos).toMatchObject([{ name: 'tool', currentBranch: 'main' }]),
      PATIENCE,
    );
    git(repo, 'switch', '-q', '-c', 'feature');
    await vi.waitFor(() => expect(last()?.repos).toMatchObject([{ currentBranch: 'feature' }]), PATIENCE);
    write(repo, { 'new.txt': 'x\n' });
    commit(repo, 'second');
    await vi.waitFor(() => expect(last()?.repos).toMatchObject([{ gitDiff: { added: 1 } }]), PATIENCE);
    renameSync(repo, join(folder, 'renamed'));
    await vi.waitFor(() => expect(last()?.repos).toMatchObject([{ name: 'renamed' }]), PATIENCE);
    expect(last()?.type).toBe('repo.discovered');
    rmSync(join(folder, 'renamed'), { recursive: true });
    await vi.waitFor(() => expect(last()?.repos).toEqual([]), PATIENCE);
    expect(last()?.type).toBe('repo.status.changed');
  });

  it('are announced when a folder becomes one, and when what is known beside them changes', async () => {
    const { folder, announced, hooked, repositories } = await start({
      prepare: (root) => write(root, { 'notes/readme.md': 'x\n' }),
    });

    git(join(folder, 'notes'), 'init', '-q', '-b', 'main');
    await vi.waitFor(() => expect(announced.at(-1)?.repos).toMatchObject([{ name: 'notes' }]), PATIENCE);
    hooked.add('notes');
    repositories.announce();
    repositories.announce();

    expect(announced.at(-1)?.repos).toMatchObject([{ startHooksCompleted: false }]);
    const states = announced.map((event) => JSON.stringify(event.repos));
    expect(new Set(states).size).toBe(states.length);
  });

  it('are not looked at again within a second, unless something has changed', async () => {
    const { reads, repositories, folder } = await start({
      prepare: (root) => void createRepository(join(root, 'a')),
    });
    reads.length = 0;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    onTestFinished(() => clock.mockRestore());

    const [long] = await repositories.list({ includeDiffs: true });
    const [short] = await repositories.list({ includeDiffs: false });
    await repositories.list({ includeDiffs: true });
    expect(reads).toEqual([join(folder, 'a')]);
    expect(long?.gitDiff).toEqual({ added: 0, removed: 0, fullDiff: '' });
    expect(short?.gitDiff).toEqual({ added: 0, removed: 0 });

    write(join(folder, 'a'), { 'new.txt': 'x\n' });
    repositories.touch();
    expect(await repositories.list({ includeDiffs: false })).toMatchObject([{ gitDiff: { added: 1 } }]);
  });

  it('show each change of a file, however soon it follows the last', async () => {
    const { repositories, folder } = await start({
      prepare: (root) => void createRepository(join(root, 'a')),
    });

    for (const lines of [1, 2, 3, 4]) {
      write(join(folder, 'a'), { 'new.txt': 'x\n'.repeat(lines) });
      repositories.touch();
      expect(await repositories.list({ includeDiffs: false })).toMatchObject([{ gitDiff: { added: lines } }]);
    }
  });
});
