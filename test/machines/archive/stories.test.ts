import { describe, expect, it } from 'vitest';
import { archiveBackoffMs } from '../../../machines/archive.setup.ts';
import { DRAIN, FAILED, SUPERSEDED, TAKEN, WANT, startArchive, taken } from '../../support/start-archive.ts';

describe('archiving', () => {
  it('begins with the first reason, and takes one for all that come within five seconds', () => {
    const { asked, take } = startArchive();
    expect(asked.count).toBe(0);

    take(WANT, WANT, WANT, TAKEN, WANT, 4_999);
    expect(asked.count).toBe(1);
    take(1, TAKEN, 60_000);

    expect(asked.count).toBe(2);
  });

  it('takes another one for a reason that comes while one is taken', () => {
    const { asked, take } = startArchive();

    take(WANT, WANT, TAKEN, 5_000);

    expect(asked.count).toBe(2);
  });

  it('waits longer after each failure, a minute at most, and needs no reason to try again', () => {
    const { archive, clock, asked, take } = startArchive();
    take(WANT);
    const waits: number[] = [];
    for (let failures = 1; failures <= 8; failures++) {
      const [since, count] = [clock.now(), asked.count];
      take(FAILED);
      for (let steps = 0; asked.count === count && steps < 1_000; steps++) take(250);
      waits.push(clock.now() - since);
    }
    expect(archive.getSnapshot().context.reason).toBe('no answer');
    take(TAKEN);

    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(archive.getSnapshot().context).toMatchObject({ failures: 0, reason: '' });
  });

  it('waits at least half of that, by a share', () => {
    expect([0, 0.5, 1].map((share) => archiveBackoffMs({ failures: 3 }, share))).toEqual([
      2_000, 3_000, 4_000,
    ]);
  });

  it('tells once that the archive has been away for long', () => {
    const { emitted, take } = startArchive();
    take(WANT);
    for (let failures = 1; failures <= 9; failures++) take(FAILED, 60_000);

    expect(emitted).toEqual([
      {
        type: 'error',
        payload: {
          code: 'archive_away',
          message: 'The archive is away: no answer',
          context: { failures: 6 },
        },
      },
    ]);
  });

  it('tells what is left out, and again only when that changes', () => {
    const { emitted, take } = startArchive();
    const out = (...paths: string[]) => take(WANT, taken('e', ...paths), 5_000);
    out('huge.bin');
    out('huge.bin');
    out('huge.bin', 'other.bin');
    out();
    out('huge.bin');

    expect(emitted.map(({ payload }) => payload.context)).toEqual([
      { count: 1, omitted: [{ path: 'huge.bin', reason: 'fileTooLarge' }] },
      { count: 2, omitted: expect.arrayContaining([{ path: 'other.bin', reason: 'fileTooLarge' }]) },
      { count: 1, omitted: [{ path: 'huge.bin', reason: 'fileTooLarge' }] },
    ]);
  });

  it('says what the last archive has', () => {
    const { archive, take } = startArchive();

    take(WANT, taken('e7'));

    expect(archive.getSnapshot().context.taken).toMatchObject({ lastEventId: 'e7', bytes: 10 });
  });

  it('takes one more at the end, also when one is under way or the archive is away', () => {
    const [resting, busy, away] = [startArchive(), startArchive(), startArchive()];

    resting.take(DRAIN);
    busy.take(WANT, DRAIN);
    expect(busy.asked.count).toBe(1);
    busy.take(taken('e7'), FAILED);
    away.take(WANT, FAILED, DRAIN, FAILED);

    expect([resting.asked.count, busy.asked.count, away.asked.count]).toEqual([1, 2, 2]);
    expect(busy.archive.getSnapshot().context).toMatchObject({ taken: { lastEventId: 'e7' }, failures: 1 });
    expect(away.archive.getSnapshot()).toMatchObject({ status: 'done', value: 'stopped' });
  });

  it('tells of the last one what it tells of each', () => {
    const [whole, failed] = [startArchive(), startArchive()];

    whole.take(DRAIN, taken('e9', 'huge.bin'));
    failed.take(WANT, DRAIN, FAILED);

    expect(whole.archive.getSnapshot().context.taken).toMatchObject({ lastEventId: 'e9' });
    expect(whole.emitted).toMatchObject([{ payload: { code: 'archive_incomplete', context: { count: 1 } } }]);
    expect(failed.archive.getSnapshot().context).toMatchObject({ failures: 1, reason: 'no answer' });
  });

  it.each([
    { when: 'an archive is due', step: WANT },
    { when: 'the engine ends', step: DRAIN },
  ])('is given up once another engine archives the workspace, which is told: when $when', ({ step }) => {
    const { archive, emitted, asked, take } = startArchive();

    take(step, SUPERSEDED, 600_000);

    expect(asked.count).toBe(1);
    expect(archive.getSnapshot()).toMatchObject({
      status: 'done',
      value: 'superseded',
      context: { reason: 'Another engine archives the workspace.' },
    });
    expect(emitted).toMatchObject([{ payload: { code: 'archive_superseded', context: { epoch: 9 } } }]);
  });
});
