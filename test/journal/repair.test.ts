import { appendFile, copyFile, mkdir, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { appendAll, delta, idOf, numbers, openTestJournal, replayAll, textOf } from './open-test-journal.ts';
import { fixDate } from '../support/fixed-date.ts';

fixDate('2026-01-02T03:04:05.678Z');

const KEPT_AS = 'events.jsonl.corrupt-2026-01-02T03-04-05.678Z';

describe('opening a damaged journal', () => {
  it('cuts whatever a killed writer left to the last whole group, at every byte', async () => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base);
    await appendAll(journal, ['a']);
    journal.append([delta('b'), delta('c'), delta('d')], { sync: false });
    await journal.close();
    const whole = await readFile(file);
    const firstGroup = whole.indexOf('\n') + 1;
    const cuts = [
      ...numbers(0, 12),
      ...numbers(firstGroup - 3, firstGroup + 3),
      ...numbers(1, 30).map((n) => String(whole.length - 17 * Number(n))),
    ];
    for (const cut of cuts.map(Number)) {
      await writeFile(file, whole.subarray(0, cut));
      const reopened = await openTestJournal(base);
      const expected = cut < firstGroup ? [] : ['a'];
      expect([cut, (await replayAll(reopened.journal)).map(textOf)]).toEqual([cut, expected]);
      expect([reopened.damages, reopened.journal.headId]).toEqual([[], idOf(expected.length)]);
      await appendAll(reopened.journal, ['next']);
      expect((await replayAll(reopened.journal)).map(textOf)).toEqual([...expected, 'next']);
      await reopened.journal.close();
    }
  });

  it('loses nothing and goes on after any garbage behind the last group', async () => {
    const random = createRandom(42);
    for (let round = 0; round < 30; round += 1) {
      const base = await temporaryFolder();
      const { journal, file } = await openTestJournal(base);
      await appendAll(journal, ['a', 'b']);
      await journal.close();
      const garbage = Buffer.from(Array.from({ length: 1 + (random() % 400) }, () => random() % 256));
      await appendFile(file, garbage);
      const reopened = await openTestJournal(base);
      const next = reopened.journal.append([delta('c')], { sync: true });
      await reopened.journal.committed();
      expect((await replayAll(reopened.journal)).map(textOf)).toEqual(['a', 'b', 'c']);
      expect(reopened.damages).toHaveLength(1);
      expect(next > idOf(2)).toBe(true);
      await reopened.journal.close();
    }
  });

  it('keeps a file with garbage at its end aside, its sound part in use, and nobody resumes across it', async () => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base);
    await appendAll(journal, ['a', 'b']);
    await journal.close();
    await appendFile(file, '\0\0\0\0\ngarbage\n');
    const damaged = await readFile(file, 'utf8');
    const reopened = await openTestJournal(base);
    const keptAs = join(dirname(file), KEPT_AS);
    expect(reopened.damages).toEqual([
      { file, keptAs, reason: expect.stringContaining('13 bytes after byte') },
    ]);
    expect(await readFile(keptAs, 'utf8')).toBe(damaged);
    expect((await replayAll(reopened.journal)).map(textOf)).toEqual(['a', 'b']);
    expect(await reopened.journal.find(idOf(2))).toBe('expired');
    expect(await reopened.journal.find(reopened.journal.headId)).toBe('found');
    expect(reopened.journal.headId > idOf(2)).toBe(true);
    await appendAll(reopened.journal, ['c']);
    await reopened.journal.close();
    expect((await openTestJournal(base)).damages).toEqual([]);
  });

  it('begins a new log above everything the lost one can have held', async () => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base);
    await appendAll(journal, numbers(1, 50));
    await journal.close();
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill('?\n', 200));
    const reopened = await openTestJournal(base, { minimumSequence: 3 });
    expect(reopened.damages).toHaveLength(1);
    expect(await replayAll(reopened.journal)).toEqual([]);
    expect(reopened.journal.headId > idOf(50)).toBe(true);
    expect((await readdir(dirname(file))).toSorted()).toEqual(['events.jsonl', KEPT_AS]);
  });

  it('takes zeros in the middle of the last line for damage', async () => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base);
    await appendAll(journal, ['a', 'b'.repeat(500)]);
    await journal.close();
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0, bytes.length - 300, bytes.length - 100));
    const reopened = await openTestJournal(base);
    expect((await replayAll(reopened.journal)).map(textOf)).toEqual(['a']);
    expect(reopened.damages).toHaveLength(1);
  });

  it('reports a line in the middle that is none, and replays the rest', async () => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base);
    await appendAll(journal, ['a', 'b', 'c']);
    await journal.close();
    const bytes = await readFile(file);
    const second = bytes.indexOf('\n') + 1;
    await writeFile(file, bytes.fill('x', second + 5, second + 60));
    const reopened = await openTestJournal(base);
    expect((await replayAll(reopened.journal)).map(textOf)).toEqual(['a', 'c']);
    expect(reopened.damages).toEqual([
      { file, keptAs: join(dirname(file), KEPT_AS), reason: '1 of its lines are lost.' },
    ]);
  });

  it.each([4, 17])('cuts a torn line of %i megabytes', async (megabytes) => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base);
    await appendAll(journal, ['a', 'x'.repeat((megabytes + 1) << 20)]);
    await journal.close();
    await truncate(file, megabytes << 20);
    const reopened = await openTestJournal(base);
    expect((await replayAll(reopened.journal)).map(textOf)).toEqual(['a']);
    expect(reopened.damages).toEqual([]);
  });

  it('keeps a last line of many megabytes, and all before it', async () => {
    const base = await temporaryFolder();
    const { journal } = await openTestJournal(base);
    await appendAll(journal, ['a', 'x'.repeat(17 << 20)]);
    await journal.close();
    const reopened = await openTestJournal(base);
    expect((await replayAll(reopened.journal)).map(({ id }) => id)).toEqual([idOf(1), idOf(2)]);
    expect(reopened.damages).toEqual([]);
  });

  it('goes on when it was killed between sealing a segment and beginning the next', async () => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base);
    await appendAll(journal, ['a', 'b']);
    await journal.close();
    await mkdir(dirname(file), { recursive: true });
    await copyFile(file, join(dirname(file), `events-${idOf(1)}.jsonl`));
    await truncate(file, 0);
    const reopened = await openTestJournal(base);
    await appendAll(reopened.journal, ['c']);
    expect((await replayAll(reopened.journal)).map(({ id }) => id)).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(await reopened.journal.find(idOf(1))).toBe('found');
  });
});

/** A repeatable source of numbers below 2^31. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state >>> 8;
  };
}
