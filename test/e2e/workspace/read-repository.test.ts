import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { commit, createReader, createRepository, git, write } from '../../workspace/git-fixture.ts';

const NOTHING = { added: 0, removed: 0, fullDiff: '' };

describe('a repository', () => {
  it('is told with its branch, its default branch and what was changed', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    git(folder, 'switch', '-q', '-c', 'feature');
    write(folder, { 'committed.txt': 'a\nb\n' });
    commit(folder, 'second');
    write(folder, { 'staged.txt': 'c\n', 'kept.txt': 'one\nthree\n' });
    git(folder, 'add', 'staged.txt');
    write(folder, { 'new.txt': 'd\n' });

    const state = await createReader()(folder);

    expect(state).toEqual({
      name: 'repo',
      path: folder,
      defaultBranch: 'main',
      currentBranch: 'feature',
      remotes: [],
      gitDiff: { added: 4, removed: 1, fullDiff: expect.any(String) },
    });
    expect(filesOf(state.gitDiff?.fullDiff)).toEqual(['committed.txt', 'kept.txt', 'new.txt', 'staged.txt']);
  });

  it('is compared with where it left the remote default branch, not with what others did since', async () => {
    const root = await temporaryFolder();
    const origin = createRepository(join(root, 'origin'));
    git(root, 'clone', '-q', origin, 'repo');
    const folder = join(root, 'repo');
    git(folder, 'switch', '-q', '-c', 'feature');
    write(folder, { 'mine.txt': 'x\n' });
    commit(folder, 'mine');
    write(origin, { 'theirs.txt': 'y\n' });
    commit(origin, 'theirs');
    git(folder, 'fetch', '-q');

    const { gitDiff, defaultBranch } = await createReader()(folder);

    expect(defaultBranch).toBe('main');
    expect(filesOf(gitDiff?.fullDiff)).toEqual(['mine.txt']);
  });

  it('keeps its index, its objects and its files as they are, byte for byte', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    write(folder, { 'new.txt': 'd\n', 'kept.txt': 'changed\n' });
    const before = [readFileSync(join(folder, '.git', 'index')), git(folder, 'count-objects', '-v')];

    await createReader()(folder);

    expect([readFileSync(join(folder, '.git', 'index')), git(folder, 'count-objects', '-v')]).toEqual(before);
    expect(existsSync(join(folder, '.git', 'index.lock'))).toBe(false);
  });

  it('shows untracked files as git would once they are added', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    write(folder, { 'a b/ä"\n.txt': 'x\n', empty: '', 'no newline': 'y', tool: '#!/bin/sh\n' });
    chmodSync(join(folder, 'tool'), 0o755);
    symlinkSync('kept.txt', join(folder, 'link'));

    const { gitDiff } = await createReader()(folder);

    git(folder, 'add', '-A');
    expect(gitDiff?.fullDiff).toBe(git(folder, '-c', 'core.quotePath=false', 'diff', '--cached', 'HEAD'));
  });

  it('shows names in any language as they are', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    write(folder, { 'grüße/日本語.txt': 'x\n' });

    const { gitDiff } = await createReader()(folder);

    expect(filesOf(gitDiff?.fullDiff)).toEqual(['grüße/日本語.txt']);
  });

  it('shows a file that took the place of a folder', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    write(folder, { 'thing/inner.txt': 'x\n' });
    commit(folder, 'folder');
    rmSync(join(folder, 'thing'), { recursive: true });
    write(folder, { thing: 'now a file\n' });

    const { gitDiff } = await createReader()(folder);

    expect(gitDiff).toEqual({ added: 1, removed: 1, fullDiff: expect.any(String) });
  });

  it('marks binary and huge files instead of showing them', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    write(folder, { 'image.bin': new Uint8Array([1, 0, 2]), 'huge.txt': 'line\n'.repeat(1_000_000) });

    const { gitDiff } = await createReader()(folder);

    expect(gitDiff?.fullDiff).toContain('Binary files /dev/null and b/image.bin differ');
    expect(gitDiff?.fullDiff).toContain('Binary files /dev/null and b/huge.txt differ');
    expect(gitDiff).toMatchObject({ added: 0, removed: 0 });
  });

  it('cuts a diff that is too long at the end of a line, with all its lines counted', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    write(folder, { 'long.txt': 'äöü\n'.repeat(10_000) });

    const { gitDiff } = await createReader({ maxBytes: 1_024 })(folder);

    expect(gitDiff).toEqual({
      added: 10_000,
      removed: 0,
      fullDiff: expect.stringMatching(/\n$/),
      truncated: true,
    });
    expect(Buffer.byteLength(gitDiff?.fullDiff ?? '')).toBeLessThanOrEqual(1_024);
  });

  it('has none of its hooks run', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    const hook = join(folder, '.git', 'hooks', 'post-index-change');
    write(folder, { '.git/hooks/post-index-change': '#!/bin/sh\ntouch "$(dirname "$0")/../ran"\n' });
    chmodSync(hook, 0o755);
    write(folder, { 'new.txt': 'x\n' });

    expect(await createReader()(folder)).toMatchObject({ gitDiff: { added: 1 } });
    expect(existsSync(join(folder, '.git', 'ran'))).toBe(false);
  });

  it('ignores what the settings of a repository would make of a diff', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    for (const [name, value] of [
      ['diff.external', 'false'],
      ['core.fsmonitor', 'false-program'],
      ['diff.noprefix', 'true'],
      ['color.ui', 'always'],
      ['diff.renames', 'false'],
    ] as const)
      git(folder, 'config', name, value);
    write(folder, { 'kept.txt': 'one\n' });

    const { gitDiff } = await createReader()(folder);

    expect(gitDiff?.fullDiff).toMatch(/^diff --git a\/kept.txt b\/kept.txt\nindex /);
  });
});

describe('the default branch', () => {
  it('is what the settings say for the repository they name', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    const settings = { REPLICAS_REPO_NAME: 'repo', REPLICAS_DEFAULT_BRANCH: 'develop' };

    expect((await createReader({ settings })(folder)).defaultBranch).toBe('develop');
    expect(
      (await createReader({ settings: { ...settings, REPLICAS_REPO_NAME: 'other' } })(folder)).defaultBranch,
    ).toBe('main');
  });

  it('is what the settings say wherever there is such a branch, when they name no repository', async () => {
    const root = await temporaryFolder();
    const [one, other] = [createRepository(join(root, 'one')), createRepository(join(root, 'other'))];
    git(one, 'branch', 'develop');
    const read = createReader({ settings: { REPLICAS_DEFAULT_BRANCH: 'develop' } });

    expect([(await read(one)).defaultBranch, (await read(other)).defaultBranch]).toEqual(['develop', 'main']);
  });

  it('is the one that the remote names', async () => {
    const root = await temporaryFolder();
    const origin = createRepository(join(root, 'origin'));
    git(origin, 'branch', '-m', 'trunk');
    git(root, 'clone', '-q', origin, 'repo');

    expect((await createReader()(join(root, 'repo'))).defaultBranch).toBe('trunk');
  });
});

describe('a repository that is looked at again', () => {
  it('is told as it is now, whatever of it has changed', async () => {
    const root = await temporaryFolder();
    const origin = createRepository(join(root, 'origin'));
    git(origin, 'branch', 'trunk');
    git(root, 'clone', '-q', origin, 'repo');
    const folder = join(root, 'repo');
    const read = createReader();
    const seen = async () => {
      const { currentBranch, defaultBranch, gitDiff, provider } = await read(folder);
      return [currentBranch, defaultBranch, gitDiff?.added, provider];
    };
    for (let look = 0; look < 3; look += 1) expect(await seen()).toEqual(['main', 'main', 0, undefined]);

    git(folder, 'switch', '-q', '-c', 'feature');
    expect(await seen()).toEqual(['feature', 'main', 0, undefined]);
    write(folder, { 'new.txt': 'x\n' });
    commit(folder, 'second');
    expect(await seen()).toEqual(['feature', 'main', 1, undefined]);
    git(folder, 'remote', 'set-url', 'origin', 'https://github.com/acme/tool');
    expect(await seen()).toEqual(['feature', 'main', 1, 'github']);
    git(folder, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
    expect(await seen()).toEqual(['feature', 'main', 0, 'github']);
    git(folder, 'remote', 'set-head', 'origin', 'trunk');
    expect(await seen()).toEqual(['feature', 'trunk', 1, 'github']);
    git(folder, 'update-ref', 'refs/remotes/origin/trunk', 'HEAD');
    expect(await seen()).toEqual(['feature', 'trunk', 0, 'github']);
    git(folder, 'pack-refs', '--all');
    expect(await seen()).toEqual(['feature', 'trunk', 0, 'github']);
  });
});

describe('an awkward repository', () => {
  it('that is detached is on "HEAD"', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    git(folder, 'checkout', '-q', '--detach');

    expect(await createReader()(folder)).toMatchObject({
      currentBranch: 'HEAD',
      defaultBranch: 'main',
      gitDiff: NOTHING,
    });
  });

  it('without commits has its branch, and its files are all new', async () => {
    const folder = join(await temporaryFolder(), 'repo');
    git(folder, 'init', '-q', '-b', 'main');
    write(folder, { 'first.txt': 'x\n' });

    const { error, ...state } = await createReader()(folder);

    expect(error).toBeUndefined();
    expect(state).toMatchObject({
      currentBranch: 'main',
      defaultBranch: 'main',
      gitDiff: { added: 1, removed: 0 },
    });
  });

  it.each([
    ['SHA-256', ['--object-format=sha256'], []],
    ['the fourth version of the index', [], ['update-index', '--index-version', '4']],
    ['a split index', [], ['update-index', '--split-index']],
    ['extensions', [], ['sparse-checkout', 'init', '--cone']],
  ])('with %s is told like any other', async (_name, initOptions, command) => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'), ...initOptions);
    if (command.length > 0) git(folder, ...command);
    git(folder, 'switch', '-q', '-c', 'feature');
    write(folder, { 'new.txt': 'x\n', 'kept.txt': 'one\n' });
    const files = git(folder, 'ls-files', '--debug');

    const state = await createReader()(folder);

    expect(state).toMatchObject({
      currentBranch: 'feature',
      defaultBranch: 'main',
      gitDiff: { added: 1, removed: 2 },
    });
    expect(state.error).toBeUndefined();
    expect(git(folder, 'ls-files', '--debug')).toBe(files);
  });

  it('that is a worktree of another is told by itself', async () => {
    const root = await temporaryFolder();
    const main = createRepository(join(root, 'main-tree'));
    git(main, 'worktree', 'add', '-q', join(root, 'tree'), '-b', 'feature');
    write(join(root, 'tree'), { 'new.txt': 'x\n' });

    expect(await createReader()(join(root, 'tree'))).toMatchObject({
      currentBranch: 'feature',
      defaultBranch: 'main',
      gitDiff: { added: 1, removed: 0 },
    });
    expect(await createReader()(main)).toMatchObject({ currentBranch: 'main', gitDiff: NOTHING });
  });

  it('with submodules and repositories inside it is told without them', async () => {
    const root = await temporaryFolder();
    const part = createRepository(join(root, 'part'));
    const folder = createRepository(join(root, 'repo'));
    git(folder, 'submodule', '--quiet', 'add', part, 'sub');
    commit(folder, 'with a part');
    createRepository(join(folder, 'nested'));
    write(join(folder, 'sub'), { 'kept.txt': 'changed\n' });

    const state = await createReader()(folder);

    expect(state).toMatchObject({ currentBranch: 'main', gitDiff: NOTHING });
    expect(state.error).toBeUndefined();
    expect(await createReader()(join(folder, 'sub'))).toMatchObject({ gitDiff: { added: 1, removed: 3 } });
  });

  it('that is shallow is compared with what it has', async () => {
    const root = await temporaryFolder();
    const origin = createRepository(join(root, 'origin'));
    commit(origin, 'second');
    git(root, 'clone', '-q', '--depth', '1', `file://${origin}`, 'repo');
    const folder = join(root, 'repo');
    git(folder, 'switch', '-q', '-c', 'feature');
    write(folder, { 'new.txt': 'x\n' });

    expect(await createReader()(folder)).toMatchObject({
      defaultBranch: 'main',
      gitDiff: { added: 1, removed: 0 },
    });
  });

  it('that has nothing in common with the default branch is compared with its own last commit', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    git(folder, 'checkout', '-q', '--orphan', 'other');
    commit(folder, 'another root');
    write(folder, { 'kept.txt': 'one\ntwo\n' });

    expect(await createReader()(folder)).toMatchObject({
      currentBranch: 'other',
      gitDiff: { added: 0, removed: 1 },
    });
  });

  it('in the middle of a conflict is told', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    git(folder, 'switch', '-q', '-c', 'feature');
    write(folder, { 'kept.txt': 'mine\n' });
    commit(folder, 'mine');
    git(folder, 'switch', '-q', 'main');
    write(folder, { 'kept.txt': 'theirs\n' });
    commit(folder, 'theirs');
    git(folder, 'switch', '-q', 'feature');
    expect(() => git(folder, 'merge', 'main')).toThrow();

    const state = await createReader()(folder);

    expect(state.error).toBeUndefined();
    expect(state.gitDiff?.fullDiff).toContain('+<<<<<<< HEAD');
  });

  it('without files of its own has a branch and says why there is no diff', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    git(folder, 'config', 'core.bare', 'true');

    expect(await createReader()(folder)).toMatchObject({
      currentBranch: 'main',
      gitDiff: null,
      error: { code: 'repo_bare', message: 'fatal: this operation must be run in a work tree' },
    });
  });

  it.each([
    [
      'an index that is no index',
      (folder: string) => writeFileSync(join(folder, '.git', 'index'), 'garbage'),
      'main',
    ],
    [
      'a HEAD that is no HEAD',
      (folder: string) => writeFileSync(join(folder, '.git', 'HEAD'), 'garbage'),
      '',
    ],
    ['no HEAD', (folder: string) => rmSync(join(folder, '.git', 'HEAD')), ''],
    [
      'settings that are none',
      (folder: string) => appendFileSync(join(folder, '.git', 'config'), '[[['),
      'main',
    ],
    ['no objects', (folder: string) => rmSync(join(folder, '.git', 'objects'), { recursive: true }), 'main'],
    ['objects that are gone', (folder: string) => emptyFolder(join(folder, '.git', 'objects')), 'main'],
  ])('that is damaged (%s) says so, and as much as it can', async (_name, damage, currentBranch) => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    damage(folder);

    expect(await createReader()(folder)).toMatchObject({
      name: 'repo',
      currentBranch,
      gitDiff: null,
      error: { code: 'repo_corrupt', message: expect.stringMatching(/^(?:fatal|error): /) },
    });
  });

  it('that lies in another repository is not taken for that one', async () => {
    const outer = createRepository(join(await temporaryFolder(), 'outer'));
    write(outer, { 'repo/.git/nothing': '' });

    expect(await createReader()(join(outer, 'repo'))).toMatchObject({
      currentBranch: '',
      error: { code: 'repo_corrupt' },
    });
  });

  it('whose .git leads nowhere says so', async () => {
    const folder = join(await temporaryFolder(), 'repo');
    write(folder, { '.git': 'gitdir: /nonexistent/.git/worktrees/repo\n' });

    expect(await createReader()(folder)).toMatchObject({ gitDiff: null, error: { code: 'repo_corrupt' } });
  });

  it('that belongs to somebody else says so', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip();
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    git(folder, 'status');
    const { chownSync } = await import('node:fs');
    chownSync(folder, 12_345, 12_345);
    chownSync(join(folder, '.git'), 12_345, 12_345);

    expect(await createReader()(folder)).toMatchObject({
      currentBranch: 'main',
      error: { code: 'repo_owned_by_another' },
    });
  });

  it.each([
    ['required', true, 'git-lfs filter-process'],
    ['optional', false, undefined],
  ])('that keeps files with a Git LFS that is missing says so (%s)', async (_name, isRequired, filter) => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    write(folder, { '.gitattributes': '*.txt filter=lfs\n' });
    commit(folder, 'with large files');
    git(folder, 'config', 'filter.lfs.required', String(isRequired));
    git(folder, 'config', 'filter.lfs.clean', 'git-lfs clean -- %f');
    if (filter !== undefined) git(folder, 'config', 'filter.lfs.process', filter);
    write(folder, { 'kept.txt': 'other\n' });

    expect(await createReader()(folder)).toMatchObject({
      currentBranch: 'main',
      gitDiff: null,
      error: { code: 'git_lfs_missing', message: expect.stringContaining('git-lfs is not installed') },
    });
  });

  it('whose filter fails says which', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    write(folder, { '.gitattributes': '*.txt filter=picky\n' });
    git(folder, 'config', 'filter.picky.clean', 'false');
    git(folder, 'config', 'filter.picky.required', 'true');
    write(folder, { 'kept.txt': 'other\n' });

    const { error } = await createReader()(folder);

    expect(error).toEqual({
      code: 'git_filter_failed',
      message: expect.stringMatching(/^error: external filter 'false' failed|clean filter 'picky' failed$/),
    });
  });

  it('that takes too long says so', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    git(folder, 'config', 'filter.slow.clean', 'sleep 60');
    write(folder, { '.gitattributes': '*.txt filter=slow\n', 'kept.txt': 'other\n' });

    expect(await createReader({ timeoutMs: 2_000 })(folder)).toMatchObject({
      currentBranch: 'main',
      gitDiff: null,
      error: { code: 'git_timed_out' },
    });
  });
});

describe('credentials', () => {
  it('in the URLs of remotes are not in what is known of them', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    git(folder, 'remote', 'add', 'origin', 'https://x-access-token:gh0_secret@github.com/acme/tool.git');

    const state = await createReader()(folder);

    expect(state.provider).toBe('github');
    expect(state.remotes).toEqual([
      { name: 'origin', host: 'github.com', owner: 'acme', repository: 'tool' },
    ]);
  });
});

function emptyFolder(folder: string): void {
  rmSync(folder, { recursive: true });
  write(folder, { 'info/exclude': '' });
}

function filesOf(diff: string | undefined): string[] {
  return [...(diff ?? '').matchAll(/^diff --git a\/(.*) b\//gm)].map(([, name]) => name ?? '');
}
