import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commit, createRepository, git, write } from './git-fixture.ts';

/** What `GET /repos` must say of a repository that somebody made awkward, besides its name and path. */
export interface Expected {
  currentBranch: string;
  gitDiff: { added: number; removed: number } | null;
  error?: { code: string };
}

const CLEAN = { added: 0, removed: 0 };
const ONE_LINE = { added: 1, removed: 0 };

function initialize(folder: string, ...options: string[]): string {
  createRepository(folder, ...options);
  write(folder, { 'new.txt': 'x\n' });
  return folder;
}

/** How each is made, by name, and what is to be said of it. */
const KINDS: Record<string, [make: (folder: string, elsewhere: string) => unknown, expected: Expected]> = {
  ordinary: [(folder) => initialize(folder), { currentBranch: 'main', gitDiff: ONE_LINE }],
  detached: [
    (folder) => git(initialize(folder), 'checkout', '-q', '--detach'),
    { currentBranch: 'HEAD', gitDiff: ONE_LINE },
  ],
  unborn: [
    (folder) => (git(folder, 'init', '-q', '-b', 'main'), write(folder, { 'new.txt': 'x\n' })),
    { currentBranch: 'main', gitDiff: ONE_LINE },
  ],
  empty: [(folder) => git(folder, 'init', '-q', '-b', 'main'), { currentBranch: 'main', gitDiff: CLEAN }],
  sha256: [
    (folder) => initialize(folder, '--object-format=sha256'),
    { currentBranch: 'main', gitDiff: ONE_LINE },
  ],
  index4: [
    (folder) => git(initialize(folder), 'update-index', '--index-version', '4'),
    { currentBranch: 'main', gitDiff: ONE_LINE },
  ],
  splitIndex: [
    (folder) => git(initialize(folder), 'update-index', '--split-index'),
    { currentBranch: 'main', gitDiff: ONE_LINE },
  ],
  sparse: [
    (folder) => git(initialize(folder), 'sparse-checkout', 'init', '--cone'),
    { currentBranch: 'main', gitDiff: ONE_LINE },
  ],
  packed: [
    (folder) => (git(initialize(folder), 'gc', '-q'), git(folder, 'pack-refs', '--all')),
    { currentBranch: 'main', gitDiff: ONE_LINE },
  ],
  worktree: [
    (folder, elsewhere) => {
      git(createRepository(elsewhere), 'worktree', 'add', '-q', folder, '-b', 'feature');
      write(folder, { 'new.txt': 'x\n' });
    },
    { currentBranch: 'feature', gitDiff: ONE_LINE },
  ],
  submodules: [
    (folder, elsewhere) => {
      git(initialize(folder), 'submodule', '--quiet', 'add', createRepository(elsewhere), 'sub');
      commit(folder, 'with a part');
      write(folder, { 'newer.txt': 'x\n' });
    },
    { currentBranch: 'main', gitDiff: ONE_LINE },
  ],
  shallow: [
    (folder, elsewhere) => {
      commit(createRepository(elsewhere), 'second');
      git(join(folder, '..'), 'clone', '-q', '--depth', '1', `file://${elsewhere}`, folder);
    },
    { currentBranch: 'main', gitDiff: CLEAN },
  ],
  slashes: [
    (folder) => git(initialize(folder), 'switch', '-q', '-c', 'feature/ä-#1'),
    { currentBranch: 'feature/ä-#1', gitDiff: ONE_LINE },
  ],
  'white space': [(folder) => initialize(folder), { currentBranch: 'main', gitDiff: ONE_LINE }],
  'bare-inside': [
    (folder) => git(initialize(folder), 'config', 'core.bare', 'true'),
    { currentBranch: 'main', gitDiff: null, error: { code: 'repo_bare' } },
  ],
  noHead: [
    (folder) => rmSync(join(initialize(folder), '.git', 'HEAD')),
    { currentBranch: '', gitDiff: null, error: { code: 'repo_corrupt' } },
  ],
  badIndex: [
    (folder) => writeFileSync(join(initialize(folder), '.git', 'index'), 'garbage'),
    { currentBranch: 'main', gitDiff: null, error: { code: 'repo_corrupt' } },
  ],
  emptyGit: [
    (folder) => write(folder, { '.git/nothing': '' }),
    { currentBranch: '', gitDiff: null, error: { code: 'repo_corrupt' } },
  ],
  nowhere: [
    (folder) => write(folder, { '.git': 'gitdir: /nonexistent/.git/worktrees/nowhere\n' }),
    { currentBranch: '', gitDiff: null, error: { code: 'repo_corrupt' } },
  ],
  badBranch: [
    (folder) => writeFileSync(join(initialize(folder), '.git', 'refs', 'heads', 'main'), 'garbage\n'),
    { currentBranch: 'main', gitDiff: { added: 4, removed: 0 } }, // to git it has no commits
  ],
};

/** Only root can give a folder away. */
const OF_ANOTHER: Expected = {
  currentBranch: 'main',
  gitDiff: null,
  error: { code: 'repo_owned_by_another' },
};

/** Makes one of each below `workspaces`; returns what is to be said of them, by name. */
export function makeAwkward(workspaces: string, elsewhere: string): Map<string, Expected> {
  const expected = new Map<string, Expected>();
  for (const [name, [make, said]] of Object.entries(KINDS)) {
    make(join(workspaces, name), join(elsewhere, name));
    expected.set(name, said);
  }
  if (process.getuid?.() !== 0) return expected;
  const folder = initialize(join(workspaces, 'anothers'));
  for (const path of [folder, join(folder, '.git')]) chownSync(path, 12_345, 12_345);
  return expected.set('anothers', OF_ANOTHER);
}
