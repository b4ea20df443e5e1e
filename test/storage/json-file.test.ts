import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';
import { checksum } from '../../src/storage/checksum.ts';
import { readJson, writeJson } from '../../src/storage/json-file.ts';
import type { Damage } from '../../src/storage/set-aside.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { fixDate } from '../support/fixed-date.ts';

fixDate('2026-01-02T03:04:05.678Z');

const schema = z.object({ version: z.literal(1), names: z.array(z.string()) });

describe('JSON files', () => {
  it('come back as they were written', async () => {
    const { engineStorage, read } = await openStorage();
    await writeJson(engineStorage.storage, {
      key: 'engine:chats.json',
      value: { version: 1, names: ['ä', '😀'] },
    });
    expect(await read()).toEqual({ version: 1, names: ['ä', '😀'] });
  });

  it('hold what JSON says of the value, whatever is in it, and a checksum of that', async () => {
    const { engineStorage, file } = await openStorage();
    const value = {
      none: [],
      left: undefined,
      list: [{ ä: '😀' }, 2, [null]],
      nothing: null,
      in: { a: [1] },
    };
    await writeJson(engineStorage.storage, { key: 'engine:chats.json', value });
    const text = JSON.stringify(value);
    expect(await readFile(file, 'utf8')).toBe(`${text.slice(0, -1)},"sum":"${checksum(text)}"}\n`);
  });

  it('are written in pieces, so that no text as long as the file is in memory', async () => {
    const { engineStorage, read } = await openStorage();
    const value = {
      version: 1,
      names: Array.from({ length: 5_000 }, (_, number) => `${number}`.padEnd(100)),
    };
    const words = vi.spyOn(JSON, 'stringify');
    await writeJson(engineStorage.storage, { key: 'engine:chats.json', value });
    const lengths = words.mock.results.map(({ value: text }) => String(text).length);
    words.mockRestore();
    expect(Math.max(...lengths)).toBeLessThan(1_000);
    expect(await read()).toEqual(value);
  });

  it('are null when there is none', async () => {
    const { read, damages } = await openStorage();
    expect(await read()).toBe(null);
    expect(damages).toEqual([]);
  });

  it.each(['{"version":1,"na', '', '{"version":2,"names":[]}', '"text"', '\0\0\0'])(
    'are kept aside and reported by name when they hold %j',
    async (content) => {
      const { read, damages, folder, file } = await openStorage();
      await writeFile(file, content);
      expect(await read()).toBe(null);
      const keptAs = `${file}.corrupt-2026-01-02T03-04-05.678Z`;
      expect(damages).toEqual([{ file, keptAs, reason: expect.any(String) }]);
      expect(await readFile(keptAs, 'utf8')).toBe(content);
      expect(await readdir(folder)).toEqual(['chats.json.corrupt-2026-01-02T03-04-05.678Z']);
    },
  );
});

describe('JSON files that somebody changed', () => {
  it.each([
    ['a flipped bit in a text', '"one"', '"ona"'],
    ['a flipped bit in the checksum', /"sum":".{4}/, '"sum":"zzzz'],
  ])('are kept aside with %s', async (_, before, after) => {
    const { engineStorage, read, damages, file } = await openStorage();
    await writeJson(engineStorage.storage, {
      key: 'engine:chats.json',
      value: { version: 1, names: ['one'] },
    });
    await writeFile(file, (await readFile(file, 'utf8')).replace(before, after));
    expect(await read()).toBe(null);
    expect(damages).toMatchObject([{ file }]);
  });

  it('count as they are where older engines wrote them, without a checksum', async () => {
    const { read, file } = await openStorage();
    await writeFile(file, '{"version":1,"names":["one"]}');
    expect(await read()).toEqual({ version: 1, names: ['one'] });
  });
});

async function openStorage() {
  const base = await temporaryFolder();
  const engineStorage = createEngineStorage({ base });
  await engineStorage.storage.setItemRaw('engine:chats.json', 'x');
  await engineStorage.storage.removeItem('engine:chats.json');
  const damages: Damage[] = [];
  const read = () =>
    readJson(engineStorage, { key: 'engine:chats.json', schema, onDamage: (d) => damages.push(d) });
  const folder = join(base, 'engine');
  return { engineStorage, read, damages, folder, file: join(folder, 'chats.json') };
}
