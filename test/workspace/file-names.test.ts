import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FileFinder } from '../../src/workspace/file-names.ts';
import type { Git } from '../../src/workspace/git.ts';

it('names files of all repositories that can be read, but for names that could be more than a name', async () => {
  const odd = 'x"y\0line\nbreak\0\u202Eevil\0ok.ts\0';
  const finder = await finderOf({ app: 'a.ts\0b c.md\0', tool: odd, broken: null });

  expect(await finder.find({ q: '', limit: 10 })).toEqual({
    files: ['app/a.ts', 'app/b c.md', 'tool/ok.ts'].toSorted((one, other) => one.length - other.length),
    truncated: true,
  });
});

it('says when there may be more: the limit was reached, or the list was cut in the middle of a name', async () => {
  const whole = await finderOf({ app: 'a.ts\0b.ts\0' });
  const cut = await finderOf({ app: 'a.ts\0half' }, 'cut');

  expect(await whole.find({ q: 'ts', limit: 2 })).toEqual({
    files: ['app/a.ts', 'app/b.ts'],
    truncated: false,
  });
  expect(await whole.find({ q: 'ts', limit: 1 })).toEqual({ files: ['app/a.ts'], truncated: true });
  expect(await cut.find({ q: '', limit: 9 })).toEqual({ files: ['app/a.ts'], truncated: true });
});

async function finderOf(lists: Record<string, string | null>, ended: 'exited' | 'cut' = 'exited') {
  const folder = await mkdtemp(join(tmpdir(), 'file-names-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of Object.keys(lists)) await mkdir(join(folder, name, '.git'), { recursive: true });
  const git: Git = async (repository) => {
    const list = lists[repository.slice(folder.length + 1)] ?? null;
    if (list === null) throw new Error('broken');
    return { ended, exitCode: 0, stdout: Buffer.from(list), stderr: '' };
  };
  return new FileFinder({ folder, git });
}
