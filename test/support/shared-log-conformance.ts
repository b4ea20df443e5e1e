import { beforeEach, describe, expect, it } from 'vitest';
import { encodeLine } from '../../src/journal/event-line.ts';
import type { Batch, Holder, SharedLog } from '../../src/mirror/shared-log.ts';

const TS = '2026-01-01T00:00:00.000Z';

export function idOf(sequence: number): string {
  return `${String(sequence).padStart(12, '0')}-00000abc`;
}

/** Groups of these sizes, the first event with this sequence. */
export function batchOf(first: number, ...sizes: number[]): Batch {
  const ends = (sizes.length === 0 ? [1] : sizes).flatMap((size) =>
    Array.from({ length: size }, (_, index) => index === size - 1),
  );
  const lines = ends.map((end, index) => {
    const place = { id: idOf(first + index), ts: TS, end };
    return encodeLine(place, { type: 'engine.ready', payload: { version: 'v1' } });
  });
  return { id: idOf(first + ends.length - 1), lines: Buffer.concat(lines) };
}

/** What every shared log does; `open` connects to the same one each time, `empty` makes a new one. */
export function describeSharedLog(name: string, { empty }: { empty: () => () => SharedLog }): void {
  describe(`the shared log in ${name}`, () => {
    let open: () => SharedLog;
    let log: SharedLog;

    beforeEach(() => {
      open = empty();
      log = open();
      return () => log.close();
    });

    const claimed = async (owner: string, headId: string | null = null): Promise<Holder> => {
      const claim = await log.claim({ owner, epoch: 0, headId });
      if (claim.kind !== 'claimed') throw new Error(`It was not claimed: ${claim.kind}.`);
      return { owner, epoch: claim.epoch };
    };

    const giveAll = async (holder: Holder, batches: Batch[]) => {
      for (const batch of batches) await log.append({ holder, afterId: null, batch });
    };

    const stored = async () => (await log.read({ after: 0, limit: 100 })).map(({ id }) => id);

    it('is nobody’s before it is claimed', async () => {
      expect(await log.head()).toBeNull();
      expect(await log.append({ holder: { owner: 'a', epoch: 1 }, afterId: null, batch: batchOf(1) })).toBe(
        false,
      );
    });

    it('gives back in order what it was given, byte for byte', async () => {
      const holder = await claimed('a');
      const batches = [batchOf(1, 3), batchOf(4), batchOf(5, 2, 1)];

      await giveAll(holder, batches);

      expect(await log.read({ after: 0, limit: 2 })).toEqual(batches.slice(0, 2));
      expect(await log.read({ after: 4, limit: 2 })).toEqual(batches.slice(2));
      expect(await log.head()).toEqual({ holder, headId: idOf(7) });
    });

    it('gives of a batch what is behind a sequence', async () => {
      const holder = await claimed('a');
      await giveAll(holder, [batchOf(1, 2, 1, 2), batchOf(6)]);

      expect(await log.read({ after: 2, limit: 9 })).toEqual([batchOf(3, 1, 2), batchOf(6)]);
    });

    it('takes a batch that is repeated once, and of one that it has in part the rest', async () => {
      const holder = await claimed('a');
      const append = { holder, afterId: null, batch: batchOf(1, 1, 1) };

      expect([await log.append(append), await log.append(append)]).toEqual([true, true]);
      expect(await log.append({ ...append, batch: batchOf(1, 1, 1, 2) })).toBe(true);

      expect(await log.read({ after: 0, limit: 9 })).toEqual([batchOf(1, 1, 1), batchOf(3, 2)]);
    });

    it('takes nothing behind a gap: a batch before it was lost', async () => {
      const holder = await claimed('a');

      expect(await log.append({ holder, afterId: idOf(1), batch: batchOf(2) })).toBe(false);

      expect(await stored()).toEqual([]);
    });

    it('takes a jump that its owner knows of', async () => {
      const holder = await claimed('a');
      await log.append({ holder, afterId: null, batch: batchOf(1) });

      expect(await log.append({ holder, afterId: idOf(1), batch: batchOf(9) })).toBe(true);

      expect(await stored()).toEqual([idOf(1), idOf(9)]);
    });

    it('answers whose it is to who gives it nothing', async () => {
      const holder = await claimed('a');
      const asking = { holder, afterId: null, batch: null };

      expect(await log.append(asking)).toBe(true);
      await claimed('b');
      expect(await log.append(asking)).toBe(false);
      expect(await stored()).toEqual([]);
    });

    it('belongs to whoever claimed it last', async () => {
      const first = await claimed('a');
      const second = await claimed('b');

      expect(second.epoch).toBeGreaterThan(first.epoch);
      expect(await log.append({ holder: first, afterId: null, batch: batchOf(1) })).toBe(false);
      expect(await log.append({ holder: second, afterId: null, batch: batchOf(1) })).toBe(true);
    });

    it('is not claimed again by who lost it, and names who has it', async () => {
      const { owner, epoch } = await claimed('a');
      const holder = await claimed('b');

      expect(await log.claim({ owner, epoch, headId: null })).toEqual({ kind: 'taken', holder });
      expect(await log.head()).toEqual({ holder, headId: null });
    });

    it('gives an owner who asks again the epoch it has', async () => {
      const { owner, epoch } = await claimed('a');
      await log.append({ holder: { owner, epoch }, afterId: null, batch: batchOf(1) });

      const again = await log.claim({ owner, epoch, headId: null });

      expect(again).toEqual({ kind: 'claimed', epoch, headId: idOf(1) });
    });

    it('gives an owner whose claim it lost an epoch above it', async () => {
      expect(await log.claim({ owner: 'a', epoch: 7, headId: null })).toEqual({
        kind: 'claimed',
        epoch: 8,
        headId: null,
      });
    });

    it('gives an epoch above one that it has forgotten', async () => {
      const forgotten = { owner: 'a', epoch: 0, above: 7, headId: null };

      expect(await log.claim(forgotten)).toMatchObject({ kind: 'claimed', epoch: 8 });
      expect(await log.claim({ ...forgotten, owner: 'b' })).toMatchObject({ kind: 'claimed', epoch: 9 });
    });

    it('is not claimed by who expects another head, and tells which one it has', async () => {
      const holder = await claimed('a');
      await log.append({ holder, afterId: null, batch: batchOf(1) });

      expect(await log.claim({ owner: 'b', epoch: 0, headId: null })).toEqual({
        kind: 'headDiffers',
        headId: idOf(1),
      });
      expect(await log.head()).toEqual({ holder, headId: idOf(1) });
    });

    it('goes on behind its head also when everything was trimmed', async () => {
      const holder = await claimed('a');
      await giveAll(holder, [batchOf(1), batchOf(2, 2), batchOf(4)]);

      await log.trim({ holder, before: 3 });
      expect(await stored()).toEqual([idOf(3), idOf(4)]);
      await log.trim({ holder, before: 5 });
      await log.append({ holder, afterId: idOf(4), batch: batchOf(5) });

      expect(await stored()).toEqual([idOf(5)]);
    });

    it('is trimmed by its owner alone', async () => {
      const holder = await claimed('a');
      await log.append({ holder, afterId: null, batch: batchOf(1) });
      await claimed('b', idOf(1));

      await log.trim({ holder, before: 2 });

      expect(await stored()).toEqual([idOf(1)]);
    });
  });
}
