import { appendFile, readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { HistoryCursorError } from '../../../src/journal/projection/history-page.ts';
import type { OpenLogFile } from '../../../src/storage/log-file.ts';
import { createDisk } from '../../storage/breakable-file.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { idOf, open, said, textsIn } from './open-test-history.ts';
import { fixDate } from '../../support/fixed-date.ts';

fixDate('2026-01-02T03:04:05.678Z');

describe('history', () => {
  it('gives the last events in the order in which they were said, and what came before by cursor', async () => {
    const { history, texts } = await open();
    for (let n = 1; n <= 10; n += 1) history.append('chat', idOf(n), [said(String(n))]);
    const last = await history.page('chat', { limit: 4, offset: 0 });
    expect(last).toEqual({
      eventsJson: JSON.stringify(['7', '8', '9', '10'].map(said)),
      total: 10,
      hasMore: true,
      beforeCursor: expect.any(String),
    });
    const before = await texts({ limit: 4, offset: 0, before: last.beforeCursor ?? '' });
    expect(before).toEqual({ texts: ['3', '4', '5', '6'], total: 10, hasMore: true, cursor: '3' });
    history.append('chat', idOf(11), [said('11')]);
    expect(await texts({ limit: 4, offset: 0, before: before.cursor ?? '' })).toEqual({
      texts: ['1', '2'],
      total: 11,
      hasMore: false,
      cursor: null,
    });
  });

  it.each([
    [{ limit: 3, offset: 0 }, ['8', '9', '10'], true],
    [{ limit: 3, offset: 7 }, ['1', '2', '3'], false],
    [{ limit: 3, offset: 8 }, ['1', '2'], false],
    [{ limit: 3, offset: 9 }, ['1'], false],
    [{ limit: 3, offset: 10 }, [], false],
    [{ limit: 3, offset: 1_000 }, [], false],
    [{ limit: 10, offset: 0 }, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'], false],
    [{ limit: 1, offset: 4 }, ['6'], true],
  ])('counts %j from the end', async (request, expected, hasMore) => {
    const { history, texts } = await open();
    for (let n = 1; n <= 10; n += 1) history.append('chat', idOf(n), [said(String(n))]);
    for (const round of ['pending', 'on disk']) {
      expect([round, await texts(request)]).toMatchObject([round, { texts: expected, total: 10, hasMore }]);
      await history.sync();
    }
  });

  it('gives fewer at a time of events that are too long to be held together', async () => {
    const { history, texts, damages } = await open();
    const long = ['a', 'b', 'c'].map((text) => text.repeat(30 << 20));
    for (const [index, text] of long.entries()) history.append('chat', idOf(index + 1), [said(text)]);
    await history.sync();
    const firstLetters = (found: unknown[]) => found.map((text) => String(text)[0]);

    const last = await texts({ limit: 100, offset: 0 });
    const before = await texts({ limit: 100, offset: 0, before: last.cursor ?? '' });

    expect([firstLetters(before.texts), firstLetters(last.texts)]).toEqual([['a', 'b'], ['c']]);
    expect([last.hasMore, before.hasMore, damages]).toEqual([true, false, []]);
  });

  it('is empty for a chat in which nothing was said', async () => {
    const { texts } = await open();
    expect(await texts({ limit: 100, offset: 0 })).toEqual({
      texts: [],
      total: 0,
      hasMore: false,
      cursor: null,
    });
  });

  it('refuses a cursor that it did not give', async () => {
    const { history } = await open();
    for (const before of ['', '0', '-1', '1.5', 'x', '1234567890123']) {
      await expect(history.page('chat', { limit: 1, offset: 0, before })).rejects.toThrow(HistoryCursorError);
    }
  });

  it('finds every page among lines of very different length', async () => {
    const { history, texts } = await open();
    const said500 = Array.from(
      { length: 500 },
      (_, n) => `${n} ${'ä😀'.repeat(((n * 7919) % 97) ** 2 % 3_000)}`,
    );
    said500.forEach((text, n) => history.append('chat', idOf(n + 1), [said(text)]));
    await history.sync();
    for (const [limit, offset] of [
      [1, 0],
      [1, 250],
      [1, 499],
      [7, 0],
      [50, 333],
      [100, 400],
      [500, 0],
    ] as const) {
      const end = 500 - offset;
      expect((await texts({ limit, offset })).texts).toEqual(said500.slice(Math.max(0, end - limit), end));
    }
  });

  it('continues after a restart and ignores what the journal tells again', async () => {
    const base = await temporaryFolder();
    const first = await open({ base });
    for (let n = 1; n <= 3; n += 1) first.history.append('chat', idOf(n), [said(String(n))]);
    await first.history.close();
    const second = await open({ base });
    for (let n = 2; n <= 5; n += 1) second.history.append('chat', idOf(n), [said(String(n))]);
    expect((await second.texts({ limit: 100, offset: 0 })).texts).toEqual(['1', '2', '3', '4', '5']);
  });

  it('takes new events also when it remembers more than the journal does', async () => {
    const base = await temporaryFolder();
    const first = await open({ base });
    for (let n = 1; n <= 5; n += 1) first.history.append('chat', idOf(n), [said(String(n))]);
    await first.history.close();
    const second = await open({ base, replayedUntil: idOf(3) });
    second.history.append('chat', idOf(3), [said('3')]);
    second.history.append('chat', '000000000004-bbbbbbbb', [said('new')]);
    expect((await second.texts({ limit: 100, offset: 0 })).texts).toEqual(['1', '2', '3', '4', '5', 'new']);
  });

  it('cuts a torn last line', async () => {
    const base = await temporaryFolder();
    const first = await open({ base });
    for (let n = 1; n <= 3; n += 1) first.history.append('chat', idOf(n), [said(String(n))]);
    await first.history.close();
    await appendFile(first.file, '{"n":"000000000004","id":"0000');
    const { history, texts, damages } = await open({ base });
    history.append('chat', idOf(4), [said('4')]);
    expect((await texts({ limit: 100, offset: 0 })).texts).toEqual(['1', '2', '3', '4']);
    expect(damages).toEqual([]);
  });

  it.each(['garbage\n', '\0\0\0\n', '{"n":"000000000004","id":"000000000004-aaaaaaaa","event":{"x\n'])(
    'keeps a history that ends in %j aside and goes on with its whole lines',
    async (garbage) => {
      const base = await temporaryFolder();
      const first = await open({ base });
      const said3 = ['1', 'a\u2028b\r\nc', '3'];
      said3.forEach((text, n) => first.history.append('chat', idOf(n + 1), [said(text)]));
      await first.history.close();
      await appendFile(first.file, garbage);
      const damaged = await readFile(first.file, 'utf8');
      const { history, texts, damages } = await open({ base });
      history.append('chat', idOf(4), [said('4')]);
      expect((await texts({ limit: 100, offset: 0 })).texts).toEqual([...said3, '4']);
      const keptAs = `${first.file}.corrupt-2026-01-02T03-04-05.678Z`;
      expect(damages).toEqual([{ file: first.file, keptAs, reason: expect.any(String) }]);
      expect(await readFile(keptAs, 'utf8')).toBe(damaged);
    },
  );

  it('shows what is not on disk yet while the disk is full, and writes it once there is room', async () => {
    const disk = createDisk();
    const { history, texts, file } = await open({ openFile: disk.open });
    history.append('chat', idOf(1), [said('1')]);
    await history.sync();
    disk.room = 10;
    history.append('chat', idOf(2), [said('2')]);
    expect((await texts({ limit: 100, offset: 0 })).texts).toEqual(['1', '2']);
    disk.room = Infinity;
    await history.sync();
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3);
  });

  it('keeps many chats apart with few open files', async () => {
    const { history, folder } = await open({ openFiles: 3 });
    for (let n = 1; n <= 60; n += 1) history.append(`chat-${n % 20}`, idOf(n), [said(String(n))]);
    const pages = Array.from({ length: 20 }, (_, n) => history.page(`chat-${n}`, { limit: 9, offset: 0 }));
    const seen = (await Promise.all(pages)).map(({ eventsJson }) => textsIn(eventsJson));
    expect(seen).toEqual(
      Array.from({ length: 20 }, (_, n) => [n || 20, (n || 20) + 20, (n || 20) + 40].map(String)),
    );
    await history.close();
    expect(await readdir(folder)).toHaveLength(20);
  });

  it('forgets a chat that is removed', async () => {
    const { history, texts, folder } = await open();
    history.append('chat', idOf(1), [said('1')]);
    await history.remove('chat');
    expect(await readdir(folder)).toEqual([]);
    expect((await texts({ limit: 1, offset: 0 })).total).toBe(0);
  });

  it('keeps each chat in a file below its folder, whatever the chat is called', async () => {
    const { history, folder } = await open();
    history.append('../../etc:x/y', idOf(1), [said('1')]);
    await history.sync();
    expect(await readdir(folder)).toEqual(['..%2F..%2Fetc%3Ax%2Fy.jsonl']);
  });

  it('keeps what is said while a file cannot be opened, and tells whoever reads', async () => {
    let isBroken = true;
    const disk = createDisk();
    const openFile = (path: string) => (isBroken ? Promise.reject(new Error('EMFILE')) : disk.open(path));
    const { history, texts, troubles } = await open({ openFile, retryAfterMs: 1 });
    await expect(texts({ limit: 9, offset: 0 })).rejects.toThrow('EMFILE');
    for (const n of [1, 2, 3]) history.append('chat', idOf(n), [said(String(n))]);
    await expect.poll(() => troubles.length).toBeGreaterThan(2);
    isBroken = false;
    await expect
      .poll(() => texts({ limit: 9, offset: 0 }).catch(() => null))
      .toMatchObject({
        texts: ['1', '2', '3'],
      });
  });

  it('removes a chat, and is closed, while its file cannot be opened', async () => {
    const openFile = () => Promise.reject(new Error('EMFILE'));
    const { history, troubles } = await open({ openFile, retryAfterMs: 1 });
    for (const chatId of ['removed', 'left']) history.append(chatId, idOf(1), [said('1')]);
    await expect.poll(() => troubles.length).toBeGreaterThan(2);

    await history.remove('removed');
    await history.close();
  });

  it('leaves no file open that it cannot read, however often that is tried', async () => {
    let opened = 0;
    const { open: openFile } = createDisk();
    const unreadable: OpenLogFile = async (path) => {
      const file = await openFile(path);
      opened += 1;
      const close = () => ((opened -= 1), file.close());
      return { ...file, close, size: async () => 1, read: () => Promise.reject(new Error('EIO')) };
    };
    const { history, texts, troubles } = await open({ openFile: unreadable, retryAfterMs: 1 });

    history.append('chat', idOf(1), [said('1')]);
    await expect.poll(() => troubles.length).toBeGreaterThan(2);

    await expect(texts({ limit: 9, offset: 0 })).rejects.toThrow('EIO');
    await history.close();
    await expect.poll(() => opened).toBe(0);
  });
});
