import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listRepositories } from '../../../src/workspace/find-repositories.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { createReader, createRepository, git } from '../../workspace/git-fixture.ts';

const ROOT = 0;
const SOMEBODY = 12_345;

/** What root takes away from somebody in a repository of theirs. */
const TAKEN: Record<string, string> = { folder: '.', git: '.git', head: '.git/HEAD', index: '.git/index' };

it('what an engine that is not root may not read is told per repository, and hides no other', async ({
  skip,
}) => {
  if (process.getuid?.() !== ROOT) skip();
  const workspaces = await temporaryFolder();
  chmodSync(workspaces, 0o755);
  mkdirSync(join(workspaces, 'plain'), { mode: 0o700 });
  for (const [name, taken] of [...Object.entries(TAKEN), ['mine', null] as const]) {
    const folder = createRepository(join(workspaces, name));
    git(folder, 'status');
    giveAway(folder, taken);
  }

  const states = await as(SOMEBODY, () =>
    Promise.all(listRepositories(workspaces).map(({ folder }) => createReader()(folder))),
  );

  expect(states.map(({ name, error, gitDiff }) => [name, error?.code, gitDiff])).toEqual([
    ['folder', 'repo_not_readable', null],
    ['git', 'repo_not_readable', null],
    ['head', 'repo_not_readable', null],
    ['index', 'repo_not_readable', null],
    ['mine', undefined, { added: 0, removed: 0, fullDiff: '' }],
    ['plain', 'repo_not_readable', null],
  ]);
});

function giveAway(folder: string, taken: string | null): void {
  for (const path of ['.', '.git', '.git/HEAD', '.git/index'])
    chownSync(join(folder, path), SOMEBODY, SOMEBODY);
  if (taken === null) return;
  chownSync(join(folder, taken), ROOT, ROOT);
  chmodSync(join(folder, taken), 0o700);
}

/** Works with the rights of somebody else, as the programs that are started meanwhile do. */
async function as<Result>(user: number, work: () => Promise<Result>): Promise<Result> {
  process.setegid?.(user);
  process.seteuid?.(user);
  try {
    return await work();
  } finally {
    process.seteuid?.(ROOT);
    process.setegid?.(ROOT);
  }
}
