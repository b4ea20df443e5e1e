import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRepositoryConfig } from '../../../src/hooks/repository-config.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { createReader, createRepository, git, write } from '../../workspace/git-fixture.ts';

/** What nobody reads to its end, by name. */
const STRANGERS = {
  'a named pipe': (path: string) => void execFileSync('mkfifo', [path]),
  'a device': (path: string) => symlinkSync('/dev/zero', path),
} as const;

const READ_BY_GIT = [
  'HEAD',
  'config',
  'index',
  'packed-refs',
  'shallow',
  'info/exclude',
  'objects/info/alternates',
  'refs/heads/main',
];

/** More patience than any answer takes, less than git gets. */
const LIMITS = { timeoutMs: 60_000 };

async function makeRepository(): Promise<string> {
  const folder = createRepository(join(await temporaryFolder(), 'repo'));
  write(folder, { 'new.txt': 'x\n' });
  return folder;
}

describe('a repository in which something else stands for a file', () => {
  const cases = READ_BY_GIT.flatMap((name) =>
    Object.entries(STRANGERS).map((kind) => [name, ...kind] as const),
  );
  it.each(cases)(
    '(.git/%s is %s) is not waited for, and told with that name',
    async (name, kind, replace) => {
      const folder = await makeRepository();
      const path = join(folder, '.git', name);
      rmSync(path, { force: true });
      replace(path);

      const { error, gitDiff } = await createReader(LIMITS)(folder);

      expect({ error, gitDiff }).toEqual({
        error: { code: 'repo_unreadable', message: `${path} is ${kind}, not a file.` },
        gitDiff: null,
      });
    },
  );

  it.each(Object.entries(STRANGERS))('(.git itself is %s) is told with that name', async (kind, replace) => {
    const folder = await makeRepository();
    rmSync(join(folder, '.git'), { recursive: true });
    replace(join(folder, '.git'));

    const { error } = await createReader(LIMITS)(folder);

    expect(error).toEqual({
      code: 'repo_unreadable',
      message: `${join(folder, '.git')} is ${kind}, not a file.`,
    });
  });

  it('(HEAD of a worktree is a named pipe) is told with that name', async () => {
    const main = await makeRepository();
    const folder = join(main, '..', 'tree');
    git(main, 'worktree', 'add', '-q', folder, '-b', 'feature');
    const head = join(main, '.git', 'worktrees', 'tree', 'HEAD');
    rmSync(head);
    execFileSync('mkfifo', [head]);

    const { error } = await createReader(LIMITS)(folder);

    expect(error).toEqual({ code: 'repo_unreadable', message: `${head} is a named pipe, not a file.` });
  });

  it('(HEAD is a link to itself) says what git says', async () => {
    const folder = await makeRepository();
    rmSync(join(folder, '.git', 'HEAD'));
    symlinkSync('HEAD', join(folder, '.git', 'HEAD'));

    const { error } = await createReader(LIMITS)(folder);

    expect(error).toMatchObject({ code: 'repo_corrupt' });
  });

  it.each(['HEAD', 'packed-refs', 'index', 'config'])(
    '(.git/%s has no end) has a limit of time',
    async (name) => {
      const folder = await makeRepository();
      writeFileSync(join(folder, '.git', name), '');
      truncateSync(join(folder, '.git', name), 2 ** 40);

      const { gitDiff, error } = await createReader({ timeoutMs: 2_000 })(folder);

      expect(gitDiff).toBeNull();
      expect(error?.code).toMatch(/^repo_corrupt$|^git_timed_out$|^git_failed$/);
    },
  );

  it('(a named pipe in the work tree that git reads) has a limit of time', async () => {
    const folder = await makeRepository();
    execFileSync('mkfifo', [join(folder, '.gitattributes')]);
    git(folder, 'config', 'core.attributesFile', join(folder, '.gitattributes'));

    const state = await createReader({ timeoutMs: 2_000 })(folder);

    expect(state).toMatchObject({ currentBranch: 'main', gitDiff: null, error: { code: 'git_timed_out' } });
  });
});

describe('the settings of a repository', () => {
  it.each([
    ['a named pipe', (file: string) => void execFileSync('mkfifo', [file]), 'expected a file'],
    ['a device', (file: string) => symlinkSync('/dev/zero', file), 'expected a file'],
    [
      'a file of the kernel, without a size',
      (file: string) => symlinkSync('/proc/kallsyms', file),
      'expected at most 1 MiB',
    ],
    ['a link to itself', (file: string) => symlinkSync(file, file), 'expected a readable file (ELOOP)'],
  ])('that are %s are told as such', async (_name, make, message) => {
    const folder = await temporaryFolder();
    make(join(folder, 'replicas.json'));

    expect(readRepositoryConfig(folder)).toEqual({
      state: 'invalid',
      file: 'replicas.json',
      problems: [{ path: '', message }],
    });
  });
});
