import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CopyFact } from '../../machines/mirror.setup.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { JournalCopy, type JournalCopyOptions } from '../../src/mirror/journal-copy.ts';
import { appendAll, delta, idOf, numbers, openTestJournal } from '../journal/open-test-journal.ts';
import { MemoryLog } from '../support/memory-log.ts';

let folder: string;
let log: MemoryLog;
let journal: Journal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-copy-'));
  log = new MemoryLog();
  ({ journal } = await openTestJournal(folder));
});
afterEach(async () => {
  await journal.close();
  await rm(folder, { recursive: true });
});

type Started = Partial<Pick<JournalCopyOptions, 'journal' | 'headId' | 'trimTo'>> & {
  owner?: string;
};

async function start({ owner = 'a', headId = null as string | null, ...options }: Started = {}) {
  const claim = await log.claim({ owner, epoch: 0, headId });
  if (claim.kind !== 'claimed') throw new Error(`It was not claimed: ${claim.kind}.`);
  const facts: CopyFact[] = [];
  const copied: string[] = [];
  const copy = new JournalCopy({
    journal,
    log,
    holder: { owner, epoch: claim.epoch },
    headId: claim.headId,
    tell: (fact) => facts.push(fact),
    onCopied: (id) => copied.push(id),
    trimTo: () => journal.oldestId,
    ...options,
  });
  return { copy, facts, copied };
}

async function mirrored(): Promise<string> {
  const groups = await log.read({ after: 0, limit: 1_000_000 });
  return Buffer.concat(groups.map(({ lines }) => lines)).toString();
}

const written = () => readFile(join(folder, 'engine', 'events.jsonl'), 'utf8');
const headOf = async () => (await log.head())?.headId;

describe('copying the journal', () => {
  it('gives the log what the journal has, byte for byte, and what is written from then on', async () => {
    await appendAll(journal, numbers(1, 500));
    const { facts } = await start();
    await expect.poll(headOf).toBe(idOf(500));

    journal.append([delta('one'), delta('group')], { sync: false });
    await appendAll(journal, ['and one more']);
    await expect.poll(headOf).toBe(idOf(503));

    expect(await mirrored()).toBe(await written());
    expect(facts).toEqual([{ type: 'copy.caughtUp' }]);
    expect((await log.read({ after: 500, limit: 2 })).map(({ id }) => id)).toEqual([idOf(503)]);
  });

  it('gives a group that is longer than what is read at a time whole', async () => {
    const long = 'x'.repeat(50_000);
    const append = (texts: string[]) =>
      void journal.append(
        texts.map((text) => delta(text)),
        { sync: false },
      );
    append(['before']);
    append(numbers(2, 20).map((number) => number + long));
    append(['behind']);
    await journal.committed();
    await start();

    await expect.poll(headOf).toBe(idOf(21));

    const [first, second] = await log.read({ after: 0, limit: 9 });
    expect([first!.id, second!.id]).toEqual([idOf(1), idOf(21)]);
    expect(await mirrored()).toBe(await written());
  });

  it('goes on behind the head of the log, for the next engine too', async () => {
    await appendAll(journal, numbers(1, 10));
    const first = await start();
    await expect.poll(headOf).toBe(idOf(10));
    first.copy.stop();
    await appendAll(journal, numbers(11, 20));

    const { copied } = await start({ owner: 'b', headId: idOf(10) });
    await expect.poll(headOf).toBe(idOf(20));

    expect(copied.at(-1)).toBe(idOf(20));
    expect(await mirrored()).toBe(await written());
  });

  it('has no more under way than the log takes, however much there is to copy', async () => {
    let [under, most] = [0, 0];
    log.obstacle = async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
    };
    await appendAll(journal, numbers(1, 30_000));
    await start();

    await expect.poll(headOf).toBe(idOf(30_000));

    expect(most).toBeLessThanOrEqual(16);
    expect(await mirrored()).toBe(await written());
  });

  it('gives way to what is still to be written here, but not for long', async () => {
    let [now, pendingBytes] = [0, 1 << 20];
    await appendAll(journal, numbers(1, 6_000));
    const busy: JournalCopyOptions['journal'] = {
      get committedId() {
        return journal.committedId;
      },
      get pendingBytes() {
        return pendingBytes;
      },
      readAfter: (id, reading) => journal.readAfter(id, reading),
      onCommit: (listener) => journal.onCommit(listener),
    };
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    await start({ journal: busy });
    await expect.poll(headOf).not.toBeNull();
    const first = (await headOf())!;

    now = 249;
    await appendAll(journal, ['written']);
    expect(await headOf()).toBe(first);
    now = 250;
    await appendAll(journal, ['written']);
    await expect.poll(async () => (await headOf())! > first).toBe(true);
    pendingBytes = 0;
    await appendAll(journal, ['written']);

    await expect.poll(headOf).toBe(idOf(6_003));
    expect(await mirrored()).toBe(await written());
  });

  it('says once that it fails, and leaves no hole where a batch was lost on the way', async () => {
    await appendAll(journal, numbers(1, 5_000));
    let calls = 0;
    log.obstacle = async () => {
      calls += 1;
      if (calls === 4) throw new Error('lost');
    };
    const { facts } = await start();
    await expect.poll(() => facts).toEqual([{ type: 'copy.failed', reason: 'lost' }]);
    const whole = await written();
    expect(whole.startsWith(await mirrored())).toBe(true);

    log.obstacle = () => Promise.resolve();
    await start({ headId: (await headOf()) ?? null });
    await expect.poll(headOf).toBe(idOf(5_000));

    expect(await mirrored()).toBe(whole);
  });

  it('stops as soon as the log is another one’s', async () => {
    await appendAll(journal, ['mine']);
    const { facts } = await start();
    await expect.poll(headOf).toBe(idOf(1));
    await log.claim({ owner: 'b', epoch: 0, headId: idOf(1) });

    await appendAll(journal, ['not mine']);

    await expect.poll(() => facts.at(-1)).toEqual({ type: 'copy.refused' });
    expect(await headOf()).toBe(idOf(1));
  });

  it('copies what is on disk before it ends in a drain', async () => {
    await appendAll(journal, numbers(1, 100));
    const { copy, facts } = await start();
    copy.drain();

    await expect.poll(() => facts.at(-1)).toEqual({ type: 'copy.drained' });

    expect(await headOf()).toBe(idOf(100));
  });

  it('has the log let go of what is before the event that it is to begin with', async () => {
    let firstKept = idOf(1);
    await appendAll(journal, numbers(1, 2));
    await start({ trimTo: () => firstKept });
    await expect.poll(headOf).toBe(idOf(2));

    firstKept = idOf(3);
    await appendAll(journal, ['3']);

    await expect
      .poll(async () => (await log.read({ after: 0, limit: 9 })).map(({ id }) => id))
      .toEqual([idOf(3)]);
  });

  it('says so when events left the journal before they were copied, and goes on behind them', async () => {
    await journal.close();
    ({ journal } = await openTestJournal(folder, { eventLogBytes: 40_000, segmentBytes: 10_000 }));
    await appendAll(journal, ['first']);
    const first = await start();
    await expect.poll(headOf).toBe(idOf(1));
    first.copy.stop();
    for (const number of numbers(2, 400)) await appendAll(journal, [number]);
    await expect.poll(() => journal.oldestId > idOf(2)).toBe(true);

    const { facts } = await start({ headId: idOf(1) });
    await expect.poll(headOf).toBe(idOf(400));

    expect(facts).toContainEqual({ type: 'copy.gapFound', afterId: idOf(1), nextId: expect.any(String) });
    await expect
      .poll(async () => (await log.read({ after: 0, limit: 1 }))[0]!.id >= journal.oldestId)
      .toBe(true);
  });
});
