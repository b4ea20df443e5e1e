import { chmod, mkdir, readFile, readdir, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';
import type { Damage } from '../../src/storage/set-aside.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('atomic files', () => {
  it('leaves the value of the last of eight concurrent writers, whole', async () => {
    const { storage } = createEngineStorage({ base: await temporaryFolder() });
    const values = Array.from({ length: 8 }, (_, index) => String(index).repeat(50_000 - index * 1_000));
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(values.map((value) => storage.setItemRaw('engine:chats.json', value)));
      expect(String(await storage.getItemRaw<Buffer>('engine:chats.json'))).toBe(values.at(-1));
    }
  });

  it('never shows a reader a part of a value', async () => {
    const base = await temporaryFolder();
    const { storage } = createEngineStorage({ base });
    const values = ['a'.repeat(300_000), 'b'.repeat(200_000)];
    await storage.setItemRaw('value', values[0]);
    const writing = Promise.all(
      Array.from({ length: 10 }, (_, n) => storage.setItemRaw('value', values[n % 2])),
    );
    const isWriting = { current: true };
    void writing.finally(() => (isWriting.current = false));
    const seen = new Set<boolean>();
    while (isWriting.current) seen.add(values.includes(await readFile(join(base, 'value'), 'utf8')));
    await writing;
    expect([...seen]).toEqual([true]);
  });

  it('keeps files to their owner', async () => {
    const base = await temporaryFolder();
    await createEngineStorage({ base }).storage.setItemRaw('engine:history:one', 'x');
    const modeOf = async (path: string) => ((await stat(join(base, path))).mode & 0o777).toString(8);
    expect(await Promise.all(['engine', 'engine/history', 'engine/history/one'].map(modeOf))).toEqual([
      '700',
      '700',
      '600',
    ]);
  });

  it('throws what the disk says, except that a missing value is null', async () => {
    const base = await temporaryFolder();
    const { storage } = createEngineStorage({ base });
    const tooLong = 'x'.repeat(300);
    expect(await storage.getItemRaw('missing')).toBe(null);
    await expect(storage.getItemRaw(tooLong)).rejects.toThrow('ENAMETOOLONG');
    await expect(storage.getItem(tooLong)).rejects.toThrow('ENAMETOOLONG');
  });

  it('keeps the old value and no temporary file when a write fails', async () => {
    const base = await temporaryFolder();
    const { storage } = createEngineStorage({ base });
    const name = 'x'.repeat(250); // that of its temporary file is too long
    await writeFile(join(base, name), 'old');
    await expect(storage.setItemRaw(name, 'new')).rejects.toThrow('ENAMETOOLONG');
    expect(await readdir(base)).toEqual([name]);
    expect(await storage.getItem(name)).toBe('old');
  });

  it('sets aside what stands in the place of a value, and says so', async () => {
    const base = await temporaryFolder();
    const damages: Damage[] = [];
    const { storage, files } = createEngineStorage({ base, onDamage: (damage) => damages.push(damage) });
    await mkdir(join(base, 'engine', 'value'), { recursive: true });
    await symlink('nowhere', join(base, 'engine', 'link'));
    await writeFile(join(base, 'engine', 'vast'), '');
    await truncate(join(base, 'engine', 'vast'), 6_000_000_000);
    await storage.setItemRaw('engine:value', 'x');
    expect(await storage.getItemRaw('engine:link')).toBe(null);
    expect(await storage.getItemRaw('engine:vast')).toBe(null);
    expect(damages.map(({ file }) => file)).toEqual(
      ['value', 'link', 'vast'].map((name) => join(base, 'engine', name)),
    );
    expect(await files.list('engine')).toEqual(['value']);
  });

  it('sweeps what interrupted writes left, and does not list it before', async () => {
    const base = await temporaryFolder();
    const { storage, files } = createEngineStorage({ base });
    await storage.setItemRaw('engine:chats.json', '{}');
    await writeFile(join(base, 'engine', 'chats.json.12-3.replicas-tmp'), '{"ha');
    expect(await storage.getKeys()).toEqual(['engine:chats.json']);
    expect(await files.list('engine')).toEqual(['chats.json']);
    await files.sweep(['', 'engine', 'nowhere']);
    expect(await readdir(join(base, 'engine'))).toEqual(['chats.json']);
  });

  it('refuses keys that leave the folder', async () => {
    const { storage, files } = createEngineStorage({ base: await temporaryFolder() });
    expect(() => files.pathOf('engine:..:..:etc')).toThrow('leaves its folder');
    await expect(storage.setItemRaw('a:..:..:b', 'x')).rejects.toThrow();
  });

  it('can replace a file that nobody may write', async () => {
    const base = await temporaryFolder();
    const { storage } = createEngineStorage({ base });
    await writeFile(join(base, 'value'), 'old');
    await chmod(join(base, 'value'), 0o400);
    await storage.setItemRaw('value', 'new');
    expect(await readFile(join(base, 'value'), 'utf8')).toBe('new');
  });
});
