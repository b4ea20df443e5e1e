import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allocateOnDisk } from '../../src/storage/reserve.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { appendAll, delta, idOf, openTestJournal, replayAll, textOf } from './open-test-journal.ts';

describe('the journal on a disk that fails', () => {
  it('waits for room without losing, doubling or showing anything, and says that storage is low', async () => {
    const { journal, disk, waits } = await openTestJournal(await temporaryFolder());
    const changes: boolean[] = [];
    const shown: string[] = [];
    journal.onStorageChange((isLow) => changes.push(isLow));
    journal.onCommit(({ bytes }) => shown.push(...(bytes.toString().match(/(?<="text":")\w+/g) ?? [])));
    await appendAll(journal, ['a']);
    disk.room = 100;
    journal.append([delta('b'), delta('c')], { sync: true });
    await expect.poll(() => waits.length).toBe(1);
    journal.append([delta('d')], { sync: true });
    expect([journal.isStorageLow, shown, journal.pendingBytes > 300]).toEqual([true, ['a'], true]);
    disk.room = Infinity;
    waits.shift()?.();
    await journal.committed();
    expect([journal.isStorageLow, shown, changes]).toEqual([false, ['a', 'b', 'c', 'd'], [true, false]]);
    expect((await replayAll(journal)).map(textOf)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('says that storage is low while no room can be reserved ahead', async () => {
    let isFull = false;
    const { journal } = await openTestJournal(await temporaryFolder(), {
      allocate: async () => (isFull ? 'full' : 'allocated'),
      retryEveryMs: 5,
    });
    expect(journal.isStorageLow).toBe(false);
    isFull = true;
    await appendAll(journal, ['x'.repeat(3 << 20), 'y']);
    await expect.poll(() => journal.isStorageLow).toBe(true);
    isFull = false;
    await expect.poll(() => journal.isStorageLow).toBe(false);
    await journal.close();
  });

  it('reserves room on a real disk and gives it back when a segment is sealed', async () => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base, { allocate: allocateOnDisk, segmentBytes: 10_000 });
    await appendAll(journal, ['a']);
    await expect.poll(async () => (await stat(file)).blocks * 512).toBeGreaterThanOrEqual(4 << 20);
    await appendAll(journal, ['x'.repeat(20_000)]);
    await appendAll(journal, ['c']);
    const sealed = await stat(join(base, 'engine', `events-${idOf(1)}.jsonl`));
    expect(sealed.blocks * 512).toBeLessThan(100_000);
    await journal.close();
  });

  it('reports a failed sync and never commits the group', async () => {
    const { journal, disk, fatal } = await openTestJournal(await temporaryFolder());
    const shown: string[] = [];
    journal.onCommit(({ bytes }) => shown.push(bytes.toString()));
    disk.syncError = new Error('EIO');
    journal.append([delta('a')], { sync: true });
    await expect.poll(() => fatal).toEqual([disk.syncError]);
    expect([shown, journal.committedId]).toEqual([[], idOf(0)]);
  });
});
