import { beforeEach, describe, expect, it } from 'vitest';
import { encodeLine } from '../../src/journal/event-line.ts';
import type { Group, Holder, SharedLog } from '../../src/mirror/shared-log.ts';

const TS = '2026-01-01T00:00:00.000Z';

export function idOf(sequence: number): string {
  return `${String(sequence).padStart(12, '0')}-00000abc`;
}

/** Lines of one cause, the first with this sequence. */
export function groupOf(first: number, { size = 1 } = {}): Group {
  const lines = Array.from({ length: size }, (_, index) => {
    const place = { id: idOf(first + index), ts: TS, end: index === size - 1 };
    return encodeLine(place, { type: 'engine.ready', payload: { version: 'v1' } }).text;
  });
  return { id: idOf(first + size - 1), lines: Buffer.from(lines.join('')) };
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

    const stored = async () => (await log.read({ after: 0, limit: 100 })).map(({ id }) => id);

    it('is nobody’s before it is claimed', async () => {
      expect(await log.head()).toBeNull();
      expect(
        await log.append({ holder: { owner: 'a', epoch: 1 }, afterId: null, groups: [groupOf(1)] }),
      ).toBe(false);
    });

    it('gives whole groups back in order, byte for byte', async () => {
      const holder = await claimed('a');
      const groups = [groupOf(1, { size: 3 }), groupOf(4), groupOf(5, { size: 2 })];

      await log.append({ holder, afterId: null, groups });

      expect(await log.read({ after: 0, limit: 2 })).toEqual(groups.slice(0, 2));
      expect(await log.read({ after: 4, limit: 2 })).toEqual(groups.slice(2));
      expect(await log.head()).toEqual({ holder, headId: idOf(6) });
    });

    it('takes a batch that is repeated once', async () => {
      const holder = await claimed('a');
      const batch = { holder, afterId: null, groups: [groupOf(1), groupOf(2)] };

      expect([await log.append(batch), await log.append(batch)]).toEqual([true, true]);
      expect(await log.append({ ...batch, groups: [groupOf(1), groupOf(2), groupOf(3)] })).toBe(true);

      expect(await stored()).toEqual([idOf(1), idOf(2), idOf(3)]);
    });

    it('takes nothing behind a gap: a batch before it was lost', async () => {
      const holder = await claimed('a');

      expect(await log.append({ holder, afterId: idOf(1), groups: [groupOf(2)] })).toBe(false);

      expect(await stored()).toEqual([]);
    });

    it('takes a jump that its owner knows of', async () => {
      const holder = await claimed('a');
      await log.append({ holder, afterId: null, groups: [groupOf(1)] });

      expect(await log.append({ holder, afterId: idOf(1), groups: [groupOf(9)] })).toBe(true);

      expect(await stored()).toEqual([idOf(1), idOf(9)]);
    });

    it('belongs to whoever claimed it last', async () => {
      const first = await claimed('a');
      const second = await claimed('b');

      expect(second.epoch).toBeGreaterThan(first.epoch);
      expect(await log.append({ holder: first, afterId: null, groups: [groupOf(1)] })).toBe(false);
      expect(await log.append({ holder: second, afterId: null, groups: [groupOf(1)] })).toBe(true);
    });

    it('is not claimed again by who lost it, and names who has it', async () => {
      const { owner, epoch } = await claimed('a');
      const holder = await claimed('b');

      expect(await log.claim({ owner, epoch, headId: null })).toEqual({ kind: 'taken', holder });
      expect(await log.head()).toEqual({ holder, headId: null });
    });

    it('gives an owner who asks again the epoch it has', async () => {
      const { owner, epoch } = await claimed('a');
      await log.append({ holder: { owner, epoch }, afterId: null, groups: [groupOf(1)] });

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

    it('is not claimed by who expects another head, and tells which one it has', async () => {
      const holder = await claimed('a');
      await log.append({ holder, afterId: null, groups: [groupOf(1)] });

      expect(await log.claim({ owner: 'b', epoch: 0, headId: null })).toEqual({
        kind: 'headDiffers',
        headId: idOf(1),
      });
      expect(await log.head()).toEqual({ holder, headId: idOf(1) });
    });

    it('goes on behind its head also when everything was trimmed', async () => {
      const holder = await claimed('a');
      await log.append({ holder, afterId: null, groups: [groupOf(1), groupOf(2, { size: 2 }), groupOf(4)] });

      await log.trim({ holder, before: 4 });
      expect(await stored()).toEqual([idOf(4)]);
      await log.trim({ holder, before: 5 });
      await log.append({ holder, afterId: idOf(4), groups: [groupOf(5)] });

      expect(await stored()).toEqual([idOf(5)]);
    });

    it('is trimmed by its owner alone', async () => {
      const holder = await claimed('a');
      await log.append({ holder, afterId: null, groups: [groupOf(1)] });
      await claimed('b', idOf(1));

      await log.trim({ holder, before: 2 });

      expect(await stored()).toEqual([idOf(1)]);
    });
  });
}
