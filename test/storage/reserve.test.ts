import { stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openLogFile } from '../../src/storage/log-file.ts';
import { Reserve, allocateOnDisk, type Allocation, type ReserveOptions } from '../../src/storage/reserve.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MIB = 1 << 20;

describe('the reserve on the disk', () => {
  it('is taken ahead of the file and renewed before it is used up', async () => {
    const { reserve, asked, settled } = createReserve();
    reserve.follow(7, 0);
    await settled(1);
    reserve.grow(2 * MIB);
    expect(asked).toHaveLength(1);
    reserve.grow(2 * MIB + 1);
    await settled(2);
    expect(asked.map(({ descriptor, offset }) => [descriptor, offset])).toEqual([
      [7, 0],
      [7, 2 * MIB + 1],
    ]);
    expect(asked.every(({ length }) => length >= 4 * MIB)).toBe(true);
  });

  it('is low while the disk is full, and asked for again until there is room', async () => {
    const { reserve, answers, changes, settled } = createReserve();
    answers.push('full', 'full', 'allocated');
    reserve.follow(7, 0);
    await settled(3);
    await expect.poll(() => changes).toEqual([true, false]);
  });

  it('is not low for want of more than the smallest step', async () => {
    const { reserve, asked, answers, changes, settled } = createReserve();
    reserve.follow(7, 0);
    await settled(1);
    answers.push('full', 'allocated');
    reserve.grow(3 * MIB);
    await settled(3);
    expect([asked.map(({ length }) => length / MIB), changes]).toEqual([[4, 32, 4], []]);
  });

  it('grows with the file, by a share that its owner names', async () => {
    const steps = [];
    for (const stepShare of [2, 16]) {
      const { reserve, asked, settled } = createReserve({ stepShare });
      for (const [index, size] of [0, 3, 12, 48].entries()) {
        reserve.follow(7, size * MIB);
        await settled(index + 1);
      }
      steps.push(asked.map(({ length }) => length / MIB));
    }
    expect(steps).toEqual([
      [4, 6, 24, 32],
      [4, 32, 32, 32],
    ]);
  });

  it('is low while a write waits, for both reasons at once too', async () => {
    const { reserve, asked, answers, changes, settled } = createReserve();
    answers.push(...Array.from({ length: 10_000 }, () => 'full' as const));
    reserve.follow(7, 0);
    await expect.poll(() => changes).toEqual([true]);
    reserve.stall(new Error('EIO'));
    answers.length = 0;
    await settled(asked.length + 1);
    expect([reserve.isLow, changes]).toEqual([true, [true]]);
    reserve.stall(null);
    expect([reserve.isLow, changes]).toEqual([false, [true, false]]);
  });

  it('is given up where the disk cannot reserve', async () => {
    const { reserve, asked, answers, changes, settled } = createReserve();
    answers.push('unsupported');
    reserve.follow(7, 0);
    await settled(1);
    reserve.grow(100 * MIB);
    expect([asked.length, changes]).toEqual([1, []]);
  });

  it('is asked for again where the system had no process for that', async () => {
    const { reserve, answers, changes, settled } = createReserve();
    answers.push('unknown', 'unknown', 'allocated');
    reserve.follow(7, 0);
    await settled(3);
    expect(changes).toEqual([]);
  });

  it('is given up where the program is not there that reserves', async () => {
    const folder = await temporaryFolder();
    await symlink('/usr/bin/env', join(folder, 'env'));
    vi.stubEnv('PATH', folder);
    const file = await openLogFile(join(folder, 'log'));
    expect(await allocateOnDisk(file.descriptor, { offset: 0, length: MIB })).toBe('unsupported');
    await file.close();
  });

  it('takes blocks of a real disk without changing the size of the file', async () => {
    const path = join(await temporaryFolder(), 'log');
    const file = await openLogFile(path);
    expect(await allocateOnDisk(file.descriptor, { offset: 0, length: 4 * MIB })).toBe('allocated');
    const { size, blocks } = await stat(path);
    expect([size, blocks * 512]).toEqual([0, 4 * MIB]);
    expect(await allocateOnDisk(file.descriptor, { offset: 0, length: 2 ** 50 })).toBe('full');
    await file.truncate(0);
    expect((await stat(path)).blocks).toBe(0);
    await file.close();
  });
});

function createReserve(options: Pick<ReserveOptions, 'stepShare'> = {}) {
  const asked: { descriptor: number; offset: number; length: number }[] = [];
  const answers: Allocation[] = [];
  const changes: boolean[] = [];
  const reserve = new Reserve({
    ...options,
    retryEveryMs: 1,
    allocate: async (descriptor, range) => {
      asked.push({ descriptor, ...range });
      return answers.shift() ?? 'allocated';
    },
  });
  reserve.onChange((isLow) => changes.push(isLow));
  onTestFinished(() => reserve.close());
  const settled = async (count: number) => {
    await expect.poll(() => asked.length).toBe(count);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { reserve, asked, answers, changes, settled };
}
