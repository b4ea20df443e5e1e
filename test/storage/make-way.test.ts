import { mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWayForFile, makeWayForFolder } from '../../src/storage/make-way.ts';
import type { Damage } from '../../src/storage/set-aside.ts';
import { intrude, type Intruder } from '../support/damage.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { fixDate } from '../support/fixed-date.ts';

fixDate('2026-01-02T03:04:05.678Z');

const SUFFIX = '.corrupt-2026-01-02T03-04-05.678Z';

it.each<[Intruder, string]>([
  ['a folder', 'It is a folder where a file should be.'],
  ['a dangling link', 'It is a link that leads nowhere.'],
  ['a link to itself', 'It is a link that leads nowhere.'],
  ['a link to a device', 'It is a device where a file should be.'],
  ['a pipe', 'It is a pipe where a file should be.'],
  ['a socket', 'It is a socket where a file should be.'],
])('sets aside %s in the place of a file', async (intruder, reason) => {
  const { path, options, damages } = await openPlace();
  await intrude(path, intruder);

  await makeWayForFile(path, options);

  expect(damages).toEqual([{ file: path, keptAs: `${path}${SUFFIX}`, reason }]);
  expect(await readdir(options.below)).toEqual([`place${SUFFIX}`]);
});

it.each<[Intruder, string]>([
  ['a file', 'It is a file where a folder should be.'],
  ['a dangling link', 'It is a link that leads nowhere.'],
  ['a pipe', 'It is a pipe where a folder should be.'],
])('sets aside %s in the place of a folder, and makes one', async (intruder, reason) => {
  const { path, options, damages } = await openPlace();
  await intrude(path, intruder);

  await makeWayForFile(join(path, 'file'), options);

  expect(damages).toEqual([{ file: path, keptAs: `${path}${SUFFIX}`, reason }]);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
});

it('leaves files, folders and links to them as they are', async () => {
  const { path, options, damages } = await openPlace();
  await mkdir(join(options.below, 'elsewhere'));
  await writeFile(join(options.below, 'elsewhere', 'file'), 'kept');
  await symlink(join(options.below, 'elsewhere'), path);
  await symlink('file', join(path, 'link'));

  await makeWayForFile(join(path, 'link'), options);

  expect(damages).toEqual([]);
  expect(await readlink(path)).toBe(join(options.below, 'elsewhere'));
  expect(await readFile(join(path, 'link'), 'utf8')).toBe('kept');
});

it('touches nothing outside of the folder it was given', async () => {
  const { path, options, damages } = await openPlace();
  await writeFile(path, 'of somebody else');

  await expect(makeWayForFolder(path, { ...options, below: path })).rejects.toThrow('EEXIST');

  expect(damages).toEqual([]);
});

async function openPlace() {
  const below = await temporaryFolder();
  const damages: Damage[] = [];
  const options = { below, onDamage: (damage: Damage) => void damages.push(damage) };
  return { path: join(below, 'place'), options, damages };
}
