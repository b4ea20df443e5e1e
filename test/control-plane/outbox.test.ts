import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/journal/event-line.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { JournalOptions } from '../../src/journal/journal-options.ts';
import { Outbox } from '../../src/control-plane/outbox.ts';
import { delta, idOf, openTestJournal } from '../journal/open-test-journal.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

const NOBODY = new AbortController().signal;

describe('what is owed', () => {
  it('is what the control plane must hear of, in the order of the journal, each until it is settled', async () => {
    const { append, outbox } = await openOutbox();
    await append(delta('a'), trouble('one'), delta('b'), READY);

    expect((await take(outbox))?.id).toBe(idOf(2));
    expect((await take(outbox))?.id).toBe(idOf(2));
    outbox.settle(idOf(2));
    expect((await take(outbox))?.id).toBe(idOf(4));
    outbox.settle(idOf(4));

    expect(await take(outbox)).toBeNull();
    expect([outbox.owedFrom, outbox.settledId]).toEqual([null, idOf(4)]);
  });

  it('is not what the outbox says of itself', async () => {
    const { append, outbox } = await openOutbox();

    await append(trouble('webhook_refused'), trouble('webhooks_given_up'));

    expect(await take(outbox)).toBeNull();
  });

  it('comes when it is on disk, to whoever waits', async () => {
    const { append, outbox } = await openOutbox();
    const next = outbox.next({ mayWait: true, signal: NOBODY });

    await append(delta('a'));
    await append(trouble('one'), delta('b'));

    expect((await next)?.id).toBe(idOf(2));
  });

  it('comes again and again after long times with nothing to tell', async () => {
    const { append, outbox } = await openOutbox();
    for (let round = 1; round <= 3; round++) {
      expect(await take(outbox)).toBeNull();
      await append(delta('a'), delta('b'), delta('c'));
      await append(trouble('one'));
      const id = (await take(outbox))?.id ?? '';
      expect(id).toBe(idOf(round * 4));
      outbox.settle(id);
    }
  });

  it('is waited for no longer when nobody asks any more', async () => {
    const { append, outbox } = await openOutbox();
    const asking = new AbortController();
    const next = outbox.next({ mayWait: true, signal: asking.signal });

    asking.abort();

    expect(await next).toBeNull();
    await append(trouble('one'));
    expect((await take(outbox))?.id).toBe(idOf(1));
  });
});

describe('the cursor', () => {
  it('is where the next engine goes on', async () => {
    const { append, outbox, journal } = await openOutbox();
    await append(trouble('one'), delta('a'), trouble('two'), trouble('three'));
    await take(outbox);
    outbox.settle(idOf(1));

    const next = createOutbox(journal, outbox.settledId);

    expect(outbox.settledId).toBe(idOf(1));
    expect((await take(next))?.id).toBe(idOf(3));
  });

  it('is at the end of the journal once everything was looked at, so that nothing is read twice', async () => {
    const { append, outbox } = await openOutbox();
    await append(delta('a'), delta('b'));
    expect(outbox.settledId).toBe(idOf(0, '00000000'));

    await take(outbox);

    expect(outbox.settledId).toBe(idOf(2));
  });

  it('of another log counts for nothing: rather twice than never', async () => {
    const { append, journal } = await openOutbox();
    await append(trouble('one'), trouble('two'));

    const outbox = createOutbox(journal, idOf(2, 'bbbbbbbb'));

    expect((await take(outbox))?.id).toBe(idOf(1));
  });
});

describe('a log that must lose its oldest segments', () => {
  const small = { eventLogBytes: 4_000, segmentBytes: 1_000 };
  const filler = delta('x'.repeat(280));

  it('keeps those with something owed, up to twice its size', async () => {
    const { append, outbox, journal } = await openOutbox(small);
    await append(trouble('one'));
    while (journal.bytes < 5_500) await append(filler);

    expect(journal.oldestId).toBe(idOf(1));
    expect((await take(outbox))?.id).toBe(idOf(1));
    await journal.close();
  });

  it('gives up what is owed in a segment that goes, and nothing else', async () => {
    const given: string[][] = [];
    const owed = {
      from: () => outbox.owedFrom,
      giveUp: async (last: number) => void given.push((await outbox.giveUp(last)).map(({ id }) => id)),
    };
    const { append, outbox, journal } = await openOutbox({ ...small, owed });
    await append(trouble('one'), trouble('two'));
    while (given.length === 0) await append(filler);
    await append(trouble('three'));

    expect(given).toEqual([[idOf(1), idOf(2)]]);
    expect((await take(outbox))?.payload).toEqual({ code: 'three', message: 'three' });
    expect(journal.bytes).toBeLessThan(8_000);
    await journal.close();
  });

  it('lets go of them as soon as everything was told', async () => {
    const { append, outbox, journal } = await openOutbox(small);
    await append(trouble('one'));
    while (journal.bytes < 5_500) await append(filler);
    await take(outbox);
    outbox.settle(idOf(1));
    await take(outbox);

    for (let count = 0; count < 4; count++) await append(filler);

    await expect.poll(() => journal.bytes).toBeLessThan(4_500);
    await journal.close();
  });
});

async function openOutbox(options: Partial<JournalOptions> = {}) {
  const owed = { from: () => outbox.owedFrom, giveUp: () => Promise.resolve() };
  const { journal } = await openTestJournal(await temporaryFolder(), { owed, ...options });
  const outbox = createOutbox(journal, null);
  async function append(...entries: JournalEntry[]): Promise<void> {
    outbox.note(entries, journal.append(entries, { sync: false }));
    await journal.committed();
  }
  return { journal, outbox, append };
}

function createOutbox(journal: Journal, settledId: string | null): Outbox {
  return new Outbox({ journal, settledId, onProgress: () => undefined });
}

function take(outbox: Outbox) {
  return outbox.next({ mayWait: false, signal: NOBODY });
}

const READY: JournalEntry = { type: 'engine.ready', payload: { version: 'v1' } };

function trouble(code: string): JournalEntry {
  return { type: 'error', payload: { code, message: code } };
}
