import {
  chmod,
  mkdir,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CredentialFile } from '../../src/credentials/credential-file.ts';
import { replaceAsGit } from '../../src/credentials/git-credentials.ts';
import { jsonCodec } from '../../src/credentials/json-codec.ts';
import type { Damage } from '../../src/storage/set-aside.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { intrude, type Intruder } from '../support/damage.ts';

const codec = jsonCodec(z.looseObject({ token: z.string().optional() }));

describe('a file of credentials', () => {
  it('is made for its owner alone, in a folder for its owner alone', async () => {
    const { file, path, folder } = await openFile();
    await mkdir(folder, { mode: 0o755 });
    await chmod(folder, 0o755);

    await file.update(() => ({ token: 'one' }));

    expect([await readFile(path, 'utf8'), await modeOf(path), await modeOf(folder)]).toEqual([
      '{"token":"one"}',
      '600',
      '700',
    ]);
    expect(await readdir(folder)).toEqual(['auth.json']);
  });

  it('is closed to others when it was open, though nothing else changes', async () => {
    const { file, path, folder } = await openFile();
    await mkdir(folder);
    await writeFile(path, '{"token":"one"}', { mode: 0o644 });
    await chmod(path, 0o644);

    await file.update((content) => content);

    expect(await modeOf(path)).toBe('600');
  });

  it('is not touched when nothing changes', async () => {
    const { file, path } = await openFile();
    await file.update(() => ({ token: 'one' }));
    const { ino } = await stat(path);

    await file.update((content) => ({ ...content, token: 'one' }));

    expect((await stat(path)).ino).toBe(ino);
  });

  it('is written through a link, which stays one, also to where nothing is yet', async () => {
    const { file, path, folder } = await openFile();
    const target = join(folder, '..', 'elsewhere', 'auth.json');
    await mkdir(folder);
    await symlink('../elsewhere/auth.json', path);

    await file.update(() => ({ token: 'one' }));
    await file.update((content) => ({ ...content, more: 1 }));

    expect([await readlink(path), await readFile(target, 'utf8')]).toEqual([
      '../elsewhere/auth.json',
      '{"token":"one","more":1}',
    ]);
  });

  it('is set aside when it cannot be understood, and a new one begun', async () => {
    const { file, path, folder, damages } = await openFile();
    await mkdir(folder);
    await writeFile(path, '{"token":');

    expect(file.read()).toEqual({});
    await file.update((content) => ({ ...content, token: 'one' }));

    expect(damages).toEqual([
      {
        file: path,
        keptAs: expect.stringContaining('auth.json.corrupt-'),
        reason: 'It could not be understood.',
      },
    ]);
    expect([await readFile(damages[0]?.keptAs ?? '', 'utf8'), await readFile(path, 'utf8')]).toEqual([
      '{"token":',
      '{"token":"one"}',
    ]);
  });

  it('takes changes one after the other', async () => {
    const { file } = await openFile();
    const add = (name: string) => file.update((content) => ({ ...content, [name]: true }));

    await Promise.all(['a', 'b', 'c'].map(add));

    expect(file.read()).toEqual({ a: true, b: true, c: true });
  });

  it('loses what an engine that was killed left beside it, and nothing else', async () => {
    const { file, path, folder } = await openFile();
    await mkdir(folder);
    const others = ['auth.json', 'auth.json.bak', 'other.json.1-1.replicas-tmp'];
    for (const name of [...others, 'auth.json.1-1.replicas-tmp']) await writeFile(join(folder, name), '{}');

    await file.sweep();

    expect((await readdir(dirname(path))).toSorted()).toEqual(others);
  });

  it.each<Intruder>(['a folder', 'a pipe', 'a link to itself'])(
    'counts as empty where %s stands in its place, which is set aside when it is written',
    async (intruder) => {
      const { file, path, damages } = await openFile();
      await intrude(path, intruder);

      expect(file.read()).toEqual({});
      await file.update(() => ({ token: 'one' }));

      expect(file.read()).toEqual({ token: 'one' });
      expect(damages).toMatchObject([{ file: path, keptAs: expect.stringContaining('auth.json.corrupt-') }]);
    },
  );

  it('stays as it was when a change fails, and takes the next one', async () => {
    const { file } = await openFile();
    await file.update(() => ({ token: 'one' }));

    await expect(file.update(() => fail())).rejects.toThrow('broken');
    await file.update((content) => ({ ...content, next: 1 }));

    expect(file.read()).toEqual({ token: 'one', next: 1 });
  });
});

describe("a file under git's lock", () => {
  it('is replaced once whoever holds the lock lets go', async () => {
    const folder = await temporaryFolder();
    const [path, lock] = [join(folder, '.git-credentials'), join(folder, '.git-credentials.lock')];
    await writeFile(lock, '');

    const replaced = replaceAsGit(path, 'new', ignore);
    await rm(lock);
    await replaced;

    expect([await readFile(path, 'utf8'), await modeOf(path), await readdir(folder)]).toEqual([
      'new',
      '600',
      ['.git-credentials'],
    ]);
  });

  it('is replaced in spite of a lock whose holder died', async () => {
    const folder = await temporaryFolder();
    const [path, lock] = [join(folder, '.git-credentials'), join(folder, '.git-credentials.lock')];
    await writeFile(lock, '');
    await utimes(lock, new Date(0), new Date(0));

    await replaceAsGit(path, 'new', ignore);

    expect(await readdir(folder)).toEqual(['.git-credentials']);
  });

  it('is replaced in spite of a folder in the place of the lock, which is set aside with what is in it', async () => {
    const folder = await temporaryFolder();
    const [path, lock] = [join(folder, '.git-credentials'), join(folder, '.git-credentials.lock')];
    await mkdir(join(lock, 'below'), { recursive: true });
    const damages: Damage[] = [];

    await replaceAsGit(path, 'new', (damage) => damages.push(damage));

    expect(damages).toMatchObject([{ file: lock, reason: 'It is a folder.' }]);
    expect(await readdir(damages[0]?.keptAs ?? '')).toEqual(['below']);
    expect(await readFile(path, 'utf8')).toBe('new');
  });
});

function ignore(): void {
  return undefined;
}

function fail(): never {
  throw new Error('broken');
}

async function openFile() {
  const folder = join(await temporaryFolder(), 'folder');
  const path = join(folder, 'auth.json');
  const damages: Damage[] = [];
  const onDamage = (damage: Damage) => void damages.push(damage);
  const file = new CredentialFile({ path, codec, onDamage, isFolderPrivate: true });
  return { file, path, folder, damages };
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}
