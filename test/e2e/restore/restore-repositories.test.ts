import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { ArchivedRepository } from '../../../src/archive/manifest.ts';
import { bundleRepository } from '../../../src/archive/repository/bundle.ts';
import { createPaths, type Paths } from '../../../src/environment/paths.ts';
import { bundlePathsOf, restoreRepositories } from '../../../src/restore/restore-repositories.ts';
import { createGit } from '../../../src/workspace/git.ts';
import { commit, createRepository, git, GIT_ENVIRONMENT, write } from '../../workspace/git-fixture.ts';

const runner = createGit({ env: GIT_ENVIRONMENT, timeoutMs: 20_000 });
/** As git tells it. */
const STATUS = ' M a.txt\n?? new.txt\n';
const EPOCH = 7;
const MIB = 1024 * 1024;

let root: string;
let paths: Paths;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'restore-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  paths = createPaths(join(root, 'home'));
  await mkdir(paths.engine, { recursive: true });
});

/** A repository of another machine with a change that was not committed; its bundle has come here. */
async function arrived(name: string): Promise<ArchivedRepository> {
  const folder = join(root, 'elsewhere', name);
  mkdirSync(folder, { recursive: true });
  createRepository(folder);
  write(folder, { 'a.txt': 'committed' });
  commit(folder, 'first');
  write(folder, { 'a.txt': 'changed', 'new.txt': 'untracked' });
  const made = join(root, 'made');
  const bundled = await bundleRepository(folder, {
    git: runner,
    scratch: join(root, 'scratch'),
    limits: { file: MIB, repository: MIB },
    pack: async (file) => {
      await copyFile(file, made);
      return [];
    },
  });
  const entry: ArchivedRepository = { ...bundled, path: `workspaces/${name}` };
  const to = bundleOf(entry);
  await mkdir(join(to, '..'), { recursive: true });
  await copyFile(made, to);
  return entry;
}

const bundleOf = (entry: ArchivedRepository) => join(paths.home, bundlePathsOf(entry, EPOCH)[0]!);

function restore(...entries: ArchivedRepository[]) {
  return restoreRepositories(entries, { paths, git: runner, epoch: EPOCH, onProgress: () => undefined });
}

const statusOf = (name: string) => git(join(paths.workspaces, name), 'status', '--porcelain');

it('gives back what was changed and not committed, and keeps nothing of what it was made of', async () => {
  const entry = await arrived('one');
  // What an engine left that was killed in the middle of this.
  await mkdir(join(paths.workspaces, '.one.replicas-tmp'), { recursive: true });
  await mkdir(join(bundleOf(entry), '..', 'git-begun'));

  expect(await restore(entry)).toEqual([]);

  expect(statusOf('one')).toBe(STATUS);
  expect(await readFile(join(paths.workspaces, 'one', 'a.txt'), 'utf8')).toBe('changed');
  expect(readdirSync(paths.workspaces)).toEqual(['one']);
  expect(readdirSync(join(paths.engine, 'restored', String(EPOCH)))).toEqual([]);
});

it('leaves a folder with changes of its own as it is, keeps the bundle, says so, and goes on with the others', async () => {
  const [one, two] = [await arrived('one'), await arrived('two')];
  const folder = join(paths.workspaces, 'one');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'mine.txt'), 'mine');
  const bundle = join(bundleOf(one), '..');

  expect(await restore(one, two)).toEqual([
    {
      message: `The repository one could not be restored: The folder has files in it, and is no repository: it was left as it is. What was archived of it is in ${bundle}.`,
      context: { repository: 'one', bundle },
    },
  ]);

  expect(readdirSync(folder)).toEqual(['mine.txt']);
  expect(existsSync(bundle)).toBe(true);
  expect(statusOf('two')).toBe(STATUS);
});

it('names what of a repository was not archived, and leaves out one of which the bundle did not come', async () => {
  const one = await arrived('one');
  await rm(bundleOf(one));

  expect(
    await restore({ ...one, omitted: [{ path: 'large.bin', size: 9, reason: 'It is too large.' }] }),
  ).toEqual([
    {
      message: 'large.bin of the repository one is not in the archive: It is too large.',
      context: { repository: 'one', path: 'large.bin' },
    },
  ]);

  expect(existsSync(join(paths.workspaces, 'one'))).toBe(false);
});
