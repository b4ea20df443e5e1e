import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchivedRepository } from '../../../src/archive/manifest.ts';
import { bundleRepository } from '../../../src/archive/repository/bundle.ts';
import { restoreRepository } from '../../../src/archive/repository/restore.ts';
import { createGit } from '../../../src/workspace/git.ts';
import { commit, createRepository, git, GIT_ENVIRONMENT, write } from '../../workspace/git-fixture.ts';

let root: string;
let repository: string;
let other: string;
let bundles = 0;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'archive-'));
  repository = join(root, 'one', 'repo');
  other = join(root, 'two', 'repo');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const MIB = 1024 * 1024;
const LIMITS = { file: MIB, repository: 4 * MIB };
/** Where a remote of the tests lies; the URL is one that another machine could reach. */
const URL_OF_REMOTE = 'https://ada:planted-token@git.test/remote.git';

function runner({ timeoutMs = 20_000 } = {}) {
  const insteadOf = { GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: `url.${root}/remote.git.insteadOf` };
  const settings = { ...insteadOf, GIT_CONFIG_VALUE_0: 'https://git.test/remote.git' };
  const more = { GIT_CONFIG_KEY_1: 'protocol.file.allow', GIT_CONFIG_VALUE_1: 'always' };
  return createGit({ env: { ...GIT_ENVIRONMENT, ...settings, ...more }, timeoutMs });
}

async function archive({
  limits = LIMITS,
  known,
}: { limits?: typeof LIMITS; known?: Archived } = {}): Promise<Archived> {
  const before = snapshotOf(join(repository, '.git'));
  const scratch = join(root, 'scratch');
  const files = [...(known?.files ?? [])];
  const options = { git: runner(), scratch, limits, ...(known && { known: known.entry }) };
  const entry = await bundleRepository(repository, {
    ...options,
    pack: async (made) => {
      bundles += 1;
      const file = join(root, `bundle-${bundles}`);
      await copyFile(made, file);
      files.push(file);
      return [];
    },
  });
  expect(snapshotOf(join(repository, '.git'))).toEqual(before);
  expect(readdirSync(scratch)).toEqual(['objects']);
  return { entry: { ...entry, path: 'workspaces/repo' }, files: files.slice(-entry.bundles.length) };
}

interface Archived {
  entry: ArchivedRepository;
  files: string[];
}

const restore = ({ entry, files }: Archived) =>
  restoreRepository(other, entry, { git: runner(), scratch: join(root, 'scratch'), bundles: files });

/** Names and contents of everything in a folder. */
function snapshotOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const stats = lstatSync(join(folder, name));
      return `${name} ${stats.isFile() ? readFileSync(join(folder, name)).toString('base64') : ''}`;
    });
}

/** What git says of a repository and its files, and the files themselves. */
function describeRepository(folder: string) {
  const head = git(folder, 'status', '--porcelain=v2', '--branch', '--untracked-files=all');
  return {
    status: head,
    refs: git(folder, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags'),
    index: git(folder, 'ls-files', '--stage'),
    files: filesIn(Buffer.from(folder)),
  };
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.parentPath !== join(folder, 'repo', 'info'))
    .map(({ parentPath, name }) => {
      chmodSync(join(parentPath, name), 0o600);
      return join(parentPath, name);
    });
}

/** Names may be no text. */
function filesIn(folder: Buffer): string[] {
  const names = readdirSync(folder, { encoding: 'buffer' }).filter((name) => String(name) !== '.git');
  return names.flatMap((name) => {
    const path = Buffer.concat([folder, Buffer.from('/'), name]);
    const stats = lstatSync(path);
    if (stats.isDirectory()) return filesIn(path).map((inner) => `${name.toString('latin1')}/${inner}`);
    const content = stats.isFile() ? readFileSync(path, 'base64') : readlinkSync(path);
    return [`${name.toString('latin1')} ${(stats.mode & 0o777).toString(8)} ${content}`];
  });
}

/** A repository with a remote that has its first commit. */
function cloned(): void {
  createRepository(join(root, 'origin'));
  git(root, 'clone', '-q', '--bare', 'origin', 'remote.git');
  git(root, 'clone', '-q', 'remote.git', repository);
  git(repository, 'remote', 'set-url', 'origin', URL_OF_REMOTE);
}

function dirty(): void {
  write(repository, {
    'staged.txt': 'staged',
    'deleted.txt': 'gone soon',
    'before.txt': 'a\nb\nc\nd\n',
    run: 'x',
  });
  commit(repository, 'of mine');
  write(repository, { 'staged.txt': 'staged again', 'kept.txt': 'one\n2\n', 'new/untracked.txt': 'new' });
  git(repository, 'add', 'staged.txt');
  write(repository, { 'staged.txt': 'and changed since' });
  rmSync(join(repository, 'deleted.txt'));
  git(repository, 'mv', 'before.txt', 'after.txt');
  chmodSync(join(repository, 'run'), 0o755);
  symlinkSync('kept.txt', join(repository, 'a link'));
  writeFileSync(
    Buffer.concat([Buffer.from(`${repository}/`), Buffer.from([0x66, 0xe4, 0x0a])]),
    'no UTF-8 in its name',
  );
}

describe('a repository that was archived', () => {
  it('comes back with its commits, index and files, as they were', async () => {
    cloned();
    dirty();
    git(repository, 'branch', 'side', 'HEAD~1');
    git(repository, 'tag', '-a', 'v1', '-m', 'first');
    const before = describeRepository(repository);

    const archived = await archive();
    await restore(archived);

    expect(describeRepository(other)).toEqual(before);
    expect(archived.entry).toMatchObject({ name: 'repo', branch: 'main', basedOn: 'origin', omitted: [] });
    expect(archived.entry.bundles).toMatchObject([
      { prerequisites: [git(repository, 'rev-parse', 'HEAD~1').trim()] },
    ]);
    expect(git(other, 'for-each-ref', 'refs/replicas')).toBe('');
  });

  it('names no credential of its remotes', async () => {
    cloned();

    const { entry, files } = await archive();

    expect(entry.remotes).toEqual({ origin: 'https://git.test/remote.git' });
    expect(readFileSync(files[0]!).includes('planted-token')).toBe(false);
  });

  it('comes back when it has no remote that another machine reaches', async () => {
    createRepository(repository);
    git(repository, 'remote', 'add', 'origin', '/some/path');
    dirty();
    const before = describeRepository(repository);

    const archived = await archive();
    await restore(archived);

    expect(archived.entry).toMatchObject({ basedOn: null, bundles: [{ prerequisites: [] }] });
    expect(describeRepository(other)).toEqual(before);
  });

  it('comes back without a commit', async () => {
    git(repository, 'init', '-q', '-b', 'first');
    write(repository, { staged: 'a', untracked: 'b' });
    git(repository, 'add', 'staged');
    const before = describeRepository(repository);

    await restore(await archive());

    expect(describeRepository(other)).toEqual(before);
  });

  it('comes back with a head that is on no branch', async () => {
    cloned();
    commit(repository, 'second');
    git(repository, 'checkout', '-q', '--detach', 'HEAD~1');
    write(repository, { 'kept.txt': 'changed' });
    const before = describeRepository(repository);

    await restore(await archive());

    expect(describeRepository(other)).toEqual(before);
  });

  it('comes back with its stashes and what its branches follow', async () => {
    cloned();
    for (const text of ['older', 'newer']) {
      write(repository, { 'kept.txt': text });
      git(repository, 'stash', '-q', '-m', text);
    }

    await restore(await archive());

    expect(git(other, 'stash', 'list')).toBe(git(repository, 'stash', 'list'));
    expect(git(other, 'rev-parse', '--abbrev-ref', 'main@{upstream}')).toBe('origin/main\n');
  });

  it('comes back with the files of a merge with conflicts, and says that the merge is not in it', async () => {
    cloned();
    git(repository, 'checkout', '-q', '-b', 'theirs');
    write(repository, { 'kept.txt': 'theirs' });
    commit(repository, 'theirs');
    git(repository, 'checkout', '-q', 'main');
    write(repository, { 'kept.txt': 'ours' });
    commit(repository, 'ours');
    expect(() => git(repository, 'merge', 'theirs')).toThrow();
    const conflict = readFileSync(join(repository, 'kept.txt'), 'utf8');

    const archived = await archive();
    await restore(archived);

    expect(archived.entry).toMatchObject({
      index: null,
      omitted: [{ path: 'MERGE_HEAD', reason: 'unfinished' }],
    });
    expect(readFileSync(join(other, 'kept.txt'), 'utf8')).toBe(conflict);
    expect(git(other, 'status', '--porcelain')).toBe(' M kept.txt\n');
  });

  it('has nothing that git ignores, by whichever list', async () => {
    createRepository(repository);
    write(repository, {
      '.gitignore': 'ignored.txt\n',
      'ignored.txt': 'a',
      'excluded.txt': 'b',
      'taken.txt': 'c',
    });
    write(repository, {
      '.git/info/exclude': 'excluded.txt\n',
      '.git-credentials': 'https://ada:token@git.test',
    });

    const archived = await archive();
    await restore(archived);

    expect(readdirSync(other).toSorted()).toEqual(['.git', '.gitignore', 'kept.txt', 'taken.txt']);
    expect(archived.entry.omitted).toEqual([{ path: '.git-credentials', reason: 'credentials' }]);
  });

  it('leaves out what is too large and the repositories in it, and names them', async () => {
    createRepository(join(root, 'module'));
    createRepository(repository);
    git(repository, 'submodule', '--quiet', 'add', join(root, 'module'), 'module');
    commit(repository, 'a submodule');
    createRepository(join(repository, 'inner'));
    write(repository, { 'huge.bin': Buffer.alloc(MIB + 1), 'small.txt': 'small' });

    const archived = await archive();
    await restore(archived);

    expect(archived.entry.omitted).toEqual([
      { path: 'inner/', reason: 'repository' },
      { path: 'module', reason: 'submodule' },
      { path: 'huge.bin', size: MIB + 1, reason: 'fileTooLarge' },
    ]);
    expect(readdirSync(other).toSorted()).toEqual(['.git', '.gitmodules', 'kept.txt', 'module', 'small.txt']);
  });

  it('leaves out the largest of its files when they are too large together', async () => {
    createRepository(repository);
    write(repository, { large: Buffer.alloc(600_000), larger: Buffer.alloc(700_000), small: 'small' });

    const { entry } = await archive({ limits: { file: MIB, repository: 1_000_000 } });

    expect(entry.omitted).toEqual([{ path: 'larger', size: 700_000, reason: 'repositoryTooLarge' }]);
  });

  it('runs no filter and no hook, and changes no byte of a file', async () => {
    createRepository(repository);
    write(repository, {
      '.gitattributes': '*.bin filter=hangs\n*.txt text eol=crlf\n',
      'a.txt': 'one\r\ntwo\n',
    });
    git(repository, 'config', 'filter.hangs.clean', 'sleep 600');
    git(repository, 'config', 'filter.hangs.required', 'true');
    write(repository, { 'a.bin': 'raw', '.git/hooks/post-checkout': '#!/bin/sh\nsleep 600' });
    chmodSync(join(repository, '.git/hooks/post-checkout'), 0o755);

    await restore(await archive());

    expect(readFileSync(join(other, 'a.txt'), 'utf8')).toBe('one\r\ntwo\n');
    expect(readFileSync(join(other, 'a.bin'), 'utf8')).toBe('raw');
  });

  it('comes back where a file took the place of a folder, and a folder that of a file', async () => {
    createRepository(repository);
    write(repository, { 'folder/a': 'a', 'folder/b': 'b', file: 'c', link: 'd' });
    commit(repository, 'both');
    for (const name of ['folder', 'file', 'link']) rmSync(join(repository, name), { recursive: true });
    write(repository, { folder: 'a file now', 'file/deep/er': 'a folder now' });
    symlinkSync('file', join(repository, 'link'));
    const before = describeRepository(repository);

    await restore(await archive());

    expect(describeRepository(other)).toEqual(before);
  });

  it('is bundled only when something changed, and then without what is archived already', async () => {
    cloned();
    dirty();
    write(repository, { 'noise.bin': randomBytes(500_000) });
    const first = await archive();

    const same = await archive({ known: first });
    expect(same).toEqual(first);

    write(repository, { 'new/untracked.txt': 'changed' });
    commit(repository, 'some more');
    git(repository, 'branch', 'another');
    const second = await archive({ known: same });
    write(repository, { 'kept.txt': 'changed again' });
    const third = await archive({ known: second });
    git(repository, 'tag', '-a', 'v2', '-m', 'second', 'HEAD~1');
    git(repository, 'branch', 'older', 'HEAD~1');
    const last = await archive({ known: third });

    const sizes = last.entry.bundles.map(({ size }) => size);
    expect(sizes).toHaveLength(4);
    expect(sizes[0]).toBeGreaterThan(500_000);
    expect(Math.max(...sizes.slice(1))).toBeLessThan(5_000);
    const before = describeRepository(repository);
    await restore(last);
    expect(describeRepository(other)).toEqual(before);
  });

  it('is archived under other names without a bundle', async () => {
    cloned();
    dirty();
    const first = await archive();
    git(repository, 'branch', 'older', 'HEAD~1');
    git(repository, 'tag', 'light');

    const second = await archive({ known: first });
    await restore(second);

    expect(second.files).toEqual(first.files);
    expect(describeRepository(other)).toEqual(describeRepository(repository));
  });

  it('is bundled anew when what was added is more than there was, and when its remote is another one', async () => {
    createRepository(repository);
    let archived = await archive();
    for (let turn = 0; archived.entry.bundles.length === turn + 1; turn += 1) {
      write(repository, { 'noise.bin': randomBytes(400_000) });
      archived = await archive({ known: archived });
    }
    expect(archived.entry.bundles).toHaveLength(1);
    git(repository, 'remote', 'add', 'origin', 'https://git.test/remote.git');
    write(repository, { 'kept.txt': 'changed' });

    const anew = await archive({ known: archived });

    expect(anew.entry.bundles).toHaveLength(1);
    await restore({ entry: { ...anew.entry, basedOn: null }, files: anew.files });
    expect(filesIn(Buffer.from(other))).toEqual(filesIn(Buffer.from(repository)));
  });

  it('is archived also when what was kept of the last time is gone or damaged', async () => {
    createRepository(repository);
    write(repository, { untracked: 'one' });
    const first = await archive();
    const kept = join(root, 'scratch', 'objects');
    rmSync(kept, { recursive: true });
    write(repository, { another: 'two' });
    const second = await archive({ known: first });
    for (const name of filesBelow(kept)) writeFileSync(name, '');
    write(repository, { third: 'three' });

    const damaged = await archive({ known: second }).catch(() => archive({ known: second }));
    await restore(damaged);

    expect(describeRepository(other)).toEqual(describeRepository(repository));
  });

  it('is refused when what its remote lacks is more than is allowed', async () => {
    createRepository(repository);

    await expect(archive({ limits: { file: MIB, repository: 10 } })).rejects.toMatchObject({
      failure: { code: 'repo_too_large' },
    });
  });
});

describe('a folder into which a repository is restored', () => {
  it('may be a fresh clone, also one whose branch went on', async () => {
    cloned();
    dirty();
    const before = describeRepository(repository);
    const archived = await archive();
    commit(join(root, 'origin'), 'went on');
    git(join(root, 'origin'), 'push', '-q', join(root, 'remote.git'), 'main');
    git(root, 'clone', '-q', 'remote.git', other);
    git(other, 'remote', 'set-url', 'origin', 'https://git.test/remote.git');

    await restore(archived);

    const { status: _, ...rest } = describeRepository(other);
    expect(rest).toEqual({ refs: before.refs, index: before.index, files: before.files });
  });

  it('gets what the remote still has, and what that has lost is named', async () => {
    cloned();
    commit(repository, 'pushed');
    git(repository, 'push', '-q', join(root, 'remote.git'), 'main:gone');
    git(repository, 'fetch', '-q', join(root, 'remote.git'), 'gone:refs/remotes/origin/gone');
    git(repository, 'branch', 'mine');
    git(repository, 'reset', '-q', '--hard', 'HEAD~1');
    const archived = await archive();
    git(join(root, 'remote.git'), 'branch', '-q', '-D', 'gone');
    git(join(root, 'remote.git'), 'gc', '-q', '--prune=now');

    expect(await restore(archived)).toEqual(['refs/heads/mine']);

    expect(git(other, 'rev-parse', 'main')).toBe(git(repository, 'rev-parse', 'main'));
  });

  it('is fetched into when it is too shallow', async () => {
    cloned();
    commit(repository, 'second');
    git(repository, 'push', '-q', join(root, 'remote.git'), 'main:other');
    git(repository, 'fetch', '-q', join(root, 'remote.git'), 'other:refs/remotes/origin/other');
    commit(repository, 'third');
    const archived = await archive();
    git(root, 'clone', '-q', '--depth', '1', `file://${root}/remote.git`, other);
    git(other, 'remote', 'set-url', 'origin', 'https://git.test/remote.git');

    await restore(archived);

    expect(git(other, 'rev-parse', 'HEAD')).toBe(git(repository, 'rev-parse', 'HEAD'));
  });

  it.each([
    ['changed files', () => write(other, { 'kept.txt': 'mine' })],
    ['new files', () => write(other, { 'mine.txt': 'mine' })],
    ['commits of its own', () => commit(other, 'mine')],
  ])('stays as it is when it has %s', async (_, change) => {
    cloned();
    const archived = await archive();
    git(root, 'clone', '-q', 'remote.git', other);
    change();
    const before = describeRepository(other);

    await expect(restore(archived)).rejects.toMatchObject({ failure: { code: 'repo_in_use' } });

    expect(describeRepository(other)).toEqual(before);
  });

  it('stays as it is when there are files and no repository', async () => {
    cloned();
    const archived = await archive();
    mkdirSync(other, { recursive: true });
    write(other, { notes: 'mine' });

    await expect(restore(archived)).rejects.toMatchObject({ failure: { code: 'repo_in_use' } });

    expect(readdirSync(other)).toEqual(['notes']);
  });
});
