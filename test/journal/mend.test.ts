import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sequenceOf } from '../../src/journal/event-id.ts';
import { Hub } from '../../src/journal/hub.ts';
import { noteLogStart } from '../../src/journal/log-start.ts';
import { openFilesOf } from '../../src/processes/process-table.ts';
import { createEngineStorage } from '../../src/storage/atomic-files.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { NOW, appendAll, idOf, numbers, openTestJournal, replayAll, textOf } from './open-test-journal.ts';
import { SseInbox } from './sse-inbox.ts';

const ALL = numbers(1, 12);

/** What happens to a log of twelve lines, by what its lines become, and which of them are lost. */
const DAMAGES: [string, (lines: string[]) => string, number[]][] = [
  ['a flipped bit in a text', (lines) => lines.with(5, lines[5]!.replace('"6"', '"7"')).join(''), [6]],
  ['a flipped bit in an id', (lines) => lines.with(5, lines[5]!.replace('00006', '00016')).join(''), [6]],
  ['zeros over a line', (lines) => lines.with(5, '\0'.repeat(lines[5]!.length - 1) + '\n').join(''), [6]],
  ['zeros over lines', (lines) => lines.toSpliced(3, 4, '\0'.repeat(1_500)).join(''), [4, 5, 6, 7]],
  ['zeros at the beginning', (lines) => lines.with(0, '\0'.repeat(lines[0]!.length)).join(''), [1]],
  ['a lost newline', (lines) => lines.with(5, lines[5]!.trimEnd()).join(''), []],
  ['a line in between', (lines) => lines.toSpliced(5, 0, 'not yours\n').join(''), []],
  ['lines that are gone', (lines) => lines.toSpliced(4, 3).join(''), [5, 6, 7]],
  ['lines that are there twice', (lines) => lines.toSpliced(4, 0, lines[3]!, lines[4]!).join(''), []],
];

describe('a log that was damaged before its end', () => {
  it.each(DAMAGES)(
    'with %s still tells everything else, and names the damage once',
    async (_, damage, lost) => {
      const { base, file, damaged } = await openDamaged(damage);
      const { journal, damages } = await openTestJournal(base);

      const kept = ALL.filter((text) => !lost.includes(Number(text)));
      expect((await replayAll(journal)).map(textOf)).toEqual(kept);
      expect(damages).toMatchObject([{ file, keptAs: expect.stringContaining('events.jsonl.corrupt-') }]);
      expect(await readFile(damages[0]?.keptAs ?? '', 'utf8')).toBe(damaged);
      await appendAll(journal, ['next']);
      await journal.close();
      const again = await openTestJournal(base);
      expect((await replayAll(again.journal)).map(textOf)).toEqual([...kept, 'next']);
      expect(again.damages).toEqual([]);
    },
  );

  it.each(DAMAGES)('with %s sends whole frames, and at the gap a reset', async (_, damage, lost) => {
    const { base } = await openDamaged(damage);
    const { journal } = await openTestJournal(base);
    const hub = new Hub(journal, { gatherMs: 1, now: () => NOW });
    onTestFinished(() => hub.close());

    const inbox = new SseInbox(await hub.open({ partial: false, after: idOf(lost[0] === 1 ? 1 : 0) }));

    const isWhole = lost.length === 0 || lost[0] === 1;
    const last = isWhole ? 12 : (lost[0] ?? 0) - 1;
    const before = numbers(lost[0] === 1 ? 2 : 1, last).map((text) => idOf(Number(text)));
    const ids = isWhole ? before : [...before, idOf(12)];
    await expect.poll(() => inbox.ids).toEqual(ids);
    const events = inbox.frames.filter(({ event }) => event !== undefined);
    expect(events.map(({ event }) => event)).toEqual([
      ...before.map(() => 'chat.turn.delta'),
      ...(isWhole ? [] : ['stream.reset']),
    ]);
  });

  it('resumes behind a gap', async () => {
    const { base } = await openDamaged((lines) => lines.toSpliced(2, 3).join(''));
    const { journal } = await openTestJournal(base);

    expect(await journal.find(idOf(6))).toBe('found');
    expect(await journal.find(idOf(11))).toBe('found');
  });

  it('has said what is lost when it was removed', async () => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base);
    await appendAll(journal, ALL);
    await journal.close();
    await rm(file);

    const reopened = await openTestJournal(base, { minimumSequence: 12 });

    const reason = 'Of the 12 lines that were written, those behind line 0 are gone.';
    expect(reopened.damages).toEqual([{ file, keptAs: null, reason }]);
    expect(reopened.journal.headId).toBe(idOf(12));
  });

  it.each([
    ['before anything was dropped', { segmentBytes: 700 }],
    ['when others were dropped before it', { segmentBytes: 700, eventLogBytes: 2_800 }],
  ])('has said once that its beginning is lost, %s, and sends readers on behind it', async (_when, small) => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base, small);
    for (const text of ALL) await appendAll(journal, [text]);
    await journal.close();
    const [gone = '', next = ''] = await sealedIn(dirname(file));
    await rm(join(dirname(file), gone));
    const [first, last] = [sequenceOf(gone.slice(7)), sequenceOf(next.slice(7)) - 1];

    const reopened = await openTestJournal(base, small);

    const reason = `The lines ${first} to ${last}, with which the log began, are gone.`;
    expect(reopened.damages).toEqual([{ file, keptAs: null, reason }]);
    expect((await replayAll(reopened.journal)).map(textOf)).toEqual(ALL.slice(last));
    expect(await reopened.journal.find(idOf(first))).toBe('expired');
    await reopened.journal.close();
    expect((await openTestJournal(base, small)).damages).toEqual([]);
  });

  it('says nothing of a beginning that was dropped, whenever its engine was killed meanwhile', async () => {
    const base = await temporaryFolder();
    const { journal, file } = await openTestJournal(base, { segmentBytes: 700 });
    for (const text of ALL) await appendAll(journal, [text]);
    await journal.close();
    const [oldest = '', next = ''] = await sealedIn(dirname(file));
    const { files } = createEngineStorage({ base });
    await noteLogStart(files, 'engine', sequenceOf(next.slice(7)));

    expect((await openTestJournal(base)).damages).toEqual([]);
    await rm(join(dirname(file), oldest));
    expect((await openTestJournal(base)).damages).toEqual([]);
  });

  it('has said once what is lost when a sealed segment is gone, and sends readers on behind it', async () => {
    const base = await temporaryFolder();
    const small = { segmentBytes: 700 };
    const { journal, file } = await openTestJournal(base, small);
    for (const text of ALL) await appendAll(journal, [text]);
    await journal.close();
    const [, gone = '', next = ''] = await sealedIn(dirname(file));
    await rm(join(dirname(file), gone));
    const [first, last] = [sequenceOf(gone.slice(7)), sequenceOf(next.slice(7)) - 1];

    const reopened = await openTestJournal(base, small);

    const reason = `The lines ${first} to ${last} of the log are gone.`;
    expect(reopened.damages).toEqual([{ file: join(dirname(file), gone), keptAs: null, reason }]);
    const kept = ALL.filter((_, index) => index + 1 < first || index + 1 > last);
    expect((await replayAll(reopened.journal)).map(textOf)).toEqual(kept);
    for (const sequence of [1, first, last - 1])
      expect(await reopened.journal.find(idOf(sequence))).toBe('expired');
    expect(await reopened.journal.find(idOf(last + 1))).toBe('found');
    await reopened.journal.close();
    expect((await openTestJournal(base, small)).damages).toEqual([]);
  });

  it('mends a sealed segment in its place', async () => {
    const { base, sealed, bytes } = await sealLog();
    await writeFile(sealed, bytes.fill(0, 400, 600));

    const reopened = await openTestJournal(base, { segmentBytes: 1_000 });

    expect((await replayAll(reopened.journal)).map(textOf)).toEqual(ALL.filter((text) => text !== '2'));
    expect(reopened.damages).toMatchObject([{ file: sealed }]);
  });

  it('lets go of a sealed segment also where that cannot be mended', async () => {
    const { base, sealed, bytes } = await sealLog();
    const second = bytes.indexOf('\n') + 1;
    await writeFile(sealed, bytes.fill(0, second, second + 60));
    const reopened = await openTestJournal(base, { segmentBytes: 1_000 });
    reopened.disk.writeError = new Error('EIO: i/o error, write');

    await expect(reopened.journal.find(idOf(2))).rejects.toThrow('EIO');
    await reopened.journal.close();

    expect(openBelow(base)).toEqual([]);
  });
});

/** The files that this process has open there. */
function openBelow(folder: string): string[] {
  return openFilesOf(process.pid).filter((path) => path.startsWith(folder));
}

async function sealedIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((one) => one.startsWith('events-')).toSorted();
}

/** A log of which a part is sealed. */
async function sealLog() {
  const base = await temporaryFolder();
  const { journal, file } = await openTestJournal(base, { segmentBytes: 1_000 });
  await appendAll(journal, ALL);
  await journal.close();
  const [name = ''] = await sealedIn(dirname(file));
  const sealed = join(dirname(file), name);
  return { base, sealed, bytes: await readFile(sealed) };
}

async function openDamaged(damage: (lines: string[]) => string) {
  const base = await temporaryFolder();
  const { journal, file } = await openTestJournal(base);
  await appendAll(journal, ALL);
  await journal.close();
  const damaged = damage((await readFile(file, 'utf8')).match(/.*\n/g) ?? []);
  await writeFile(file, damaged);
  return { base, file, damaged };
}
