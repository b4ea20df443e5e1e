import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/journal/event-line.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import {
  CHAT,
  NOW,
  appendAll,
  delta,
  idOf,
  numbers,
  openTestJournal,
  replayAll,
  textOf,
} from './open-test-journal.ts';

describe('the journal', () => {
  it('assigns ids in the order of append and gives a group one time', async () => {
    const { journal } = await openTestJournal(await temporaryFolder());
    expect(journal.headId).toBe(idOf(0));
    expect(journal.append([delta('a'), delta('b')], { sync: true })).toBe(idOf(2));
    expect(journal.append([delta('c')], { sync: false })).toBe(idOf(3));
    expect([journal.headId, journal.committedId, journal.oldestId]).toEqual([idOf(3), idOf(0), idOf(0)]);
    await journal.committed();
    expect([journal.headId, journal.committedId, journal.oldestId]).toEqual([idOf(3), idOf(3), idOf(1)]);
    const lines = await replayAll(journal);
    expect(lines.map((line) => [line.id, line.ts, textOf(line), line.end])).toEqual([
      [idOf(1), NOW.toISOString(), 'a', false],
      [idOf(2), NOW.toISOString(), 'b', true],
      [idOf(3), NOW.toISOString(), 'c', true],
    ]);
  });

  it('writes each line as the public envelope with a private part behind it', async () => {
    const { journal, file } = await openTestJournal(await temporaryFolder());
    const record = { sessionId: 'native-1' };
    journal.append([{ type: 'chat.turn.started', payload: { chatId: CHAT, messageId: 'm1' }, record }], {
      sync: true,
    });
    await journal.committed();
    const shown = `{"id":"${idOf(1)}","ts":"${NOW.toISOString()}","type":"chat.turn.started","payload":{"chatId":"${CHAT}","messageId":"m1"}}`;
    const cut = String(shown.length).padStart(10, '0');
    expect(await readFile(file, 'utf8')).toBe(
      `${shown.slice(0, -1)},"_":{"record":{"sessionId":"native-1"},"sum":"80f67620","cut":"${cut}","end":1}}\n`,
    );
    expect(await replayAll(journal)).toEqual([
      {
        id: idOf(1),
        ts: NOW.toISOString(),
        type: 'chat.turn.started',
        payload: { chatId: CHAT, messageId: 'm1' },
        record,
        end: true,
      },
    ]);
  });

  it('goes on behind the last line after a restart, under another tag', async () => {
    const base = await temporaryFolder();
    const first = await openTestJournal(base);
    await appendAll(first.journal, ['a', 'b']);
    await first.journal.close();
    const second = await openTestJournal(base, { createTag: () => 'bbbbbbbb' });
    expect(second.journal.headId).toBe(idOf(2));
    await appendAll(second.journal, ['c']);
    second.journal.newIncarnation();
    expect((await replayAll(second.journal)).map(({ id }) => id)).toEqual([
      idOf(1),
      idOf(2),
      idOf(3, 'bbbbbbbb'),
    ]);
    expect((await replayAll(second.journal, idOf(2))).map(textOf)).toEqual(['c']);
  });

  it('gives later ids another tag after a jump of the clock', async () => {
    const tags = ['aaaaaaaa', 'bbbbbbbb'];
    const { journal } = await openTestJournal(await temporaryFolder(), {
      createTag: () => tags.shift() ?? '',
    });
    journal.append([delta('a')], { sync: false });
    journal.newIncarnation();
    expect(journal.headId).toBe(idOf(1));
    expect(journal.append([delta('b')], { sync: false })).toBe(idOf(2, 'bbbbbbbb'));
  });

  it('finds exactly the ids that are in it', async () => {
    const { journal } = await openTestJournal(await temporaryFolder());
    expect(await journal.find(idOf(0))).toBe('found');
    await appendAll(journal, numbers(1, 500));
    for (const sequence of [0, 1, 2, 250, 499, 500]) {
      expect([sequence, await journal.find(idOf(sequence))]).toEqual([sequence, 'found']);
    }
    expect(await journal.find(idOf(501))).toBe('unknown');
    expect(await journal.find(idOf(250, 'bbbbbbbb'))).toBe('unknown');
    expect(await journal.find(idOf(0, 'bbbbbbbb'))).toBe('expired');
    for (const malformed of ['', '250', 'x'.repeat(21), `${idOf(2)} `, `${idOf(2)}\n`]) {
      expect([malformed, await journal.find(malformed)]).toEqual([malformed, 'malformed']);
    }
  });

  it('does not find what is not on disk yet', async () => {
    const { journal } = await openTestJournal(await temporaryFolder());
    const id = journal.append([delta('a')], { sync: false });
    expect(await journal.find(id)).toBe('unknown');
    await journal.committed();
    expect(await journal.find(id)).toBe('found');
  });

  it('seals full segments under their first id and drops the oldest, after whoever needs it was asked', async () => {
    const base = await temporaryFolder();
    const asked: string[][] = [];
    const beforeDrop = async () => void asked.push((await readdir(join(base, 'engine'))).toSorted());
    const { journal } = await openTestJournal(base, {
      segmentBytes: 2_000,
      eventLogBytes: 10_000,
      beforeDrop,
    });
    for (const text of numbers(1, 60)) await appendAll(journal, [text]);
    const oldest = 36;
    await expect.poll(() => journal.oldestId).toBe(idOf(oldest));
    expect(journal.bytes).toBeLessThanOrEqual(10_000);
    expect(asked[0]).toContain(`events-${idOf(1)}.jsonl`);
    expect(await journal.find(idOf(oldest - 1))).toBe('expired');
    expect(await journal.find(idOf(0))).toBe('expired');
    expect(await journal.find(idOf(oldest))).toBe('found');
    expect((await replayAll(journal)).map(textOf)).toEqual(numbers(oldest, 60));
    const names = (await readdir(join(base, 'engine'))).toSorted();
    expect(names.at(-1)).toBe(`log-begins-${String(oldest).padStart(12, '0')}`);
    expect(names).toHaveLength(journal.segmentCount + 1);
    expect(names.slice(0, 2)).toEqual([`events-${idOf(oldest)}.jsonl`, expect.stringMatching(/^events-/)]);
    expect((await stat(join(base, 'engine', 'events.jsonl'))).size).toBeLessThan(2_500);
  });

  it('replays over all segments after a restart', async () => {
    const base = await temporaryFolder();
    const first = await openTestJournal(base, { segmentBytes: 2_000 });
    for (const text of numbers(1, 40)) await appendAll(first.journal, [text]);
    await first.journal.close();
    const { journal } = await openTestJournal(base, { segmentBytes: 2_000 });
    expect(journal.segmentCount).toBeGreaterThan(3);
    for (const after of numbers(0, 40).map(Number)) {
      expect((await replayAll(journal, idOf(after))).map(textOf)).toEqual(numbers(after + 1, 40));
      expect(await journal.find(idOf(after))).toBe('found');
    }
  });

  it('keeps a dropped segment readable for whoever reads it', async () => {
    const base = await temporaryFolder();
    const limits = { segmentBytes: 300_000, eventLogBytes: 1_200_000 };
    const { journal } = await openTestJournal(base, limits);
    await appendAll(journal, numbers(1, 1_000));
    const reader = journal.readAfter(idOf(0));
    const blocks = [await reader.read()];
    await appendAll(journal, numbers(1_001, 9_000));
    for (const text of numbers(9_001, 9_010)) await appendAll(journal, [text]);
    await expect.poll(() => journal.oldestId > idOf(1_000)).toBe(true);
    for (let block = await reader.read(); block !== null; block = await reader.read()) blocks.push(block);
    await reader.close();
    const ids = blocks.flatMap((block) => String(block).match(/(?<=\{"id":")\d+/g) ?? []).map(Number);
    const firstSegment = ids.slice(
      0,
      ids.findIndex((id, index) => id !== index + 1),
    );
    expect(firstSegment.length).toBeGreaterThan(600);
    expect(ids.at(-1)).toBe(9_010);
  });

  it('has given no id to a group that cannot be written', async () => {
    const { journal, damages } = await openTestJournal(await temporaryFolder());
    const payload: Record<string, unknown> = {};
    payload['itself'] = payload;
    const event = { timestamp: NOW.toISOString(), type: 'claude-assistant', payload };
    const endless: JournalEntry = {
      type: 'chat.turn.delta',
      payload: { chatId: CHAT, messageId: null, event },
    };
    await appendAll(journal, ['a']);

    expect(() => journal.append([delta('b'), endless], { sync: false })).toThrow(TypeError);
    await appendAll(journal, ['d']);

    expect((await replayAll(journal)).map(({ id }) => id)).toEqual([idOf(1), idOf(2)]);
    expect(damages).toEqual([]);
  });

  it('takes minimumSequence for a gap: ids go on above it and nobody resumes across it', async () => {
    const base = await temporaryFolder();
    const first = await openTestJournal(base);
    await appendAll(first.journal, ['a', 'b']);
    await first.journal.close();
    const { journal } = await openTestJournal(base, { minimumSequence: 10, createTag: () => 'bbbbbbbb' });
    expect([journal.headId, journal.oldestId]).toEqual([idOf(10, 'bbbbbbbb'), idOf(10, 'bbbbbbbb')]);
    expect(await journal.find(idOf(10, 'bbbbbbbb'))).toBe('found');
    await appendAll(journal, ['c']);
    expect((await replayAll(journal)).map(({ id }) => id)).toEqual([idOf(1), idOf(2), idOf(11, 'bbbbbbbb')]);
    expect(await journal.find(idOf(2))).toBe('expired');
    expect(await journal.find(idOf(10, 'bbbbbbbb'))).toBe('found');
    await journal.close();
    const third = await openTestJournal(base, { minimumSequence: 11 });
    expect([third.journal.oldestId, third.journal.headId]).toEqual([
      idOf(11, 'bbbbbbbb'),
      idOf(11, 'bbbbbbbb'),
    ]);
    expect(await third.journal.find(idOf(2))).toBe('expired');
  });

  it('hands live events on in their place, under the id of the event before them, and stores none', async () => {
    const { journal } = await openTestJournal(await temporaryFolder());
    const partial = delta('partial').payload;
    if (!('event' in partial)) throw new Error('unreachable');
    const commits: unknown[] = [];
    journal.onCommit(({ bytes, passed }) =>
      commits.push({
        length: bytes.length,
        passed: passed.map(({ offset, note }) => ({ offset, id: note.id })),
      }),
    );
    journal.append([delta('a')], { sync: false });
    journal.pass({ type: 'chat.turn.partial', payload: partial });
    journal.append([delta('b')], { sync: false });
    await journal.committed();
    const [first] = (await replayAll(journal)).map(({ id }) => id);
    expect(first).toBe(idOf(1));
    expect(commits).toEqual([{ length: 626, passed: [{ offset: 313, id: idOf(1) }] }]);
  });
});
