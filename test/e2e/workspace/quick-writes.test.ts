import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { createRandom, pick } from '../../support/random.ts';
import { createReader, createRepository, git, GIT_ENVIRONMENT, write } from '../../workspace/git-fixture.ts';

const SEEDS = Array.from({ length: Number(process.env['HISTORIES'] ?? 8) }, (_, index) => index + 1);
const STEPS = 25;
const NAMES = ['a.txt', 'b.txt', 'deep/c.txt', 'kept.txt'];

/** Of the same size each time: only its bytes tell that a file has changed. */
function content(random: () => number): string {
  return `${pick(random, ['one', 'two', 'six', 'ten'])}\n`.repeat(3);
}

type Step = (folder: string, random: () => number) => unknown;

/** What somebody in a hurry does, all of it within a second or two. */
const STEPS_OF_A_HURRY: Step[] = [
  (folder, random) => write(folder, { [pick(random, NAMES)]: content(random) }),
  (folder, random) => write(folder, { [pick(random, NAMES)]: content(random) }),
  (folder, random) => write(folder, { [`new-${pick(random, NAMES).replace('/', '-')}`]: content(random) }),
  (folder, random) => rmSync(join(folder, pick(random, NAMES)), { force: true }),
  (folder) => git(folder, 'add', '-A'),
  (folder) => git(folder, 'commit', '-q', '-a', '--allow-empty', '-m', 'more'),
  (folder) => git(folder, 'reset', '-q', '--hard'),
  (folder) => git(folder, 'stash', '-q'),
  (folder) => git(folder, 'status'),
  (folder, random) => {
    git(folder, 'add', '-A');
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'more');
    write(folder, { [pick(random, NAMES)]: content(random), 'untracked.txt': 'x\n' });
  },
];

/** What git says with an index of its own, in which no file has a size or time to be trusted. */
function truthOf(folder: string, scratch: string): string {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const env = {
    ...GIT_ENVIRONMENT,
    GIT_INDEX_FILE: join(scratch, 'index'),
    GIT_OBJECT_DIRECTORY: scratch,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(folder, '.git', 'objects'),
  };
  const run = (...args: string[]) => execFileSync('git', args, { cwd: folder, env, encoding: 'utf8' });
  const base = run('merge-base', 'main', 'HEAD').trim();
  run('read-tree', 'HEAD');
  run('add', '-A');
  return run('diff', '--cached', '--find-renames', base);
}

describe('the diff of a repository that is written in quick succession', () => {
  it('shows a file that was written again, as long, in the second of the index', async () => {
    const folder = createRepository(join(await temporaryFolder(), 'repo'));
    const inOneSecond = (name: string) => utimesSync(join(folder, name), 1_700_000_000, 1_700_000_000);
    git(folder, 'config', 'core.trustctime', 'false');
    inOneSecond('kept.txt');
    git(folder, 'add', 'kept.txt');
    write(folder, { 'kept.txt': 'six\ntwo\nthree\n', 'untracked.txt': 'x\n' });
    for (const name of ['kept.txt', '.git/index']) inOneSecond(name);

    const { gitDiff } = await createReader()(folder);

    expect(gitDiff).toEqual({ added: 2, removed: 1, fullDiff: expect.stringContaining('+six') });
  });

  it.each(SEEDS)(
    'is what git says without any memory of its own, after each step (seed %i)',
    async (seed) => {
      const random = createRandom(seed);
      const folder = createRepository(join(await temporaryFolder(), 'repo'));
      git(folder, 'switch', '-q', '-c', 'feature');
      const read = createReader();
      const done: string[] = [];

      for (let step = 0; step < STEPS; step += 1) {
        const act = pick(random, STEPS_OF_A_HURRY);
        done.push(String(act));
        act(folder, random);

        const { gitDiff, error } = await read(folder);

        const truth = truthOf(folder, join(folder, '..', 'scratch'));
        expect({ done, error, diff: gitDiff?.fullDiff }).toEqual({ done, error: undefined, diff: truth });
      }
    },
  );
});
