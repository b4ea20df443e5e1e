import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../src/storage/make-folder.ts';
import { temporaryFolder } from './temporary-folder.ts';

it('makes those above it too, and nothing where it is there', async () => {
  const path = join(await temporaryFolder(), 'one', 'two', 'three');

  await makeFolder(path, 0o700);
  await makeFolder(path, 0o700);

  const status = await stat(path);
  expect([status.isDirectory(), (status.mode & 0o777).toString(8)]).toEqual([true, '700']);
});

it('makes those above it where others make them at the same time', async () => {
  const base = await temporaryFolder();
  const below = (round: number) =>
    Array.from({ length: 8 }, (_, name) => join(base, `${round}`, 'in', `${name}`));

  for (let round = 1; round <= 100; round += 1) {
    await Promise.all(below(round).map((path) => makeFolder(path)));
    expect(await readdir(join(base, `${round}`, 'in'))).toHaveLength(8);
  }
});

it('says so where a file is in the way', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');

  await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(file, 'one'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it('comes to an end where no folder can be made', async () => {
  await expect(makeFolder('/proc/none/below')).rejects.toMatchObject({ code: 'ENOENT', path: '/proc/none' });
});
