import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';
import { createPayloads } from '../../src/storage/payloads.ts';
import { temporaryFolder } from './temporary-folder.ts';

const UNUSED = () => false;
const LONG_AGO = new Date('2026-01-01T00:00:00.000Z');

describe('the file of a long text', () => {
  it('stays while the line is on its way that will name it, also if the machine slept or its clock was set', async () => {
    const { payloads, folder } = await openPayloads();
    const name = await payloads.write('long');
    await utimes(join(folder, name), LONG_AGO, LONG_AGO);

    await payloads.sweep(UNUSED);

    expect(await payloads.read(name)).toBe('long');
  });

  it('is removed later, once nobody needs it', async () => {
    const { payloads, folder } = await openPayloads();
    const [needed, other] = [await payloads.write('needed'), await payloads.write('other')];
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 61_000);
    onTestFinished(() => clock.mockRestore());

    await payloads.sweep((name) => name === needed);

    expect(await readdir(folder)).toEqual([needed]);
    await expect(payloads.read(other)).rejects.toThrow('is gone');
  });

  it('is removed at once when an earlier engine left it', async () => {
    const { payloads, folder, base } = await openPayloads();
    await payloads.write('left');

    await createPayloads(createEngineStorage({ base }), 'payloads').sweep(UNUSED);

    expect(await readdir(folder)).toEqual([]);
  });
});

async function openPayloads() {
  const base = await temporaryFolder();
  const payloads = createPayloads(createEngineStorage({ base }), 'payloads');
  return { payloads, base, folder: join(base, 'payloads') };
}
