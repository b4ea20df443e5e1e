import { describe, expect, it } from 'vitest';
import { mirrorBackoffMs } from '../../../machines/mirror.setup.ts';
import {
  CAUGHT_UP,
  CLAIMED,
  CLAIM_FAILED,
  COPY_DRAINED,
  COPY_FAILED,
  COPY_REFUSED,
  DIVERGED,
  DRAIN,
  GAP,
  HOLDER,
  TAKEN,
  claimed,
  startMirror,
} from '../../support/start-mirror.ts';
import { leafOf } from '../../support/state-names.ts';

describe('mirroring', () => {
  it('claims the log, then copies from where it ends', () => {
    const { heard, take } = startMirror();

    take(CLAIMED);

    expect(heard).toEqual(['claim after 0', 'copy behind head in 7']);
  });

  it('asks again while the log is away, and goes on under the epoch that it has', () => {
    const { heard, take } = startMirror();

    take(
      CLAIMED,
      COPY_FAILED,
      100,
      CLAIM_FAILED,
      200,
      claimed({ kind: 'claimed', epoch: 7, headId: 'later' }),
    );

    expect(heard).toEqual([
      'claim after 0',
      'copy behind head in 7',
      'stop copying',
      'claim after 7',
      'claim after 7',
      'copy behind later in 7',
    ]);
  });

  it('says why it is away, until it is back', () => {
    const { mirror, take } = startMirror();

    take(CLAIM_FAILED);
    expect(mirror.getSnapshot().context.reason).toBe('no answer');
    take(100, CLAIMED, COPY_FAILED);
    expect(mirror.getSnapshot().context.reason).toBe('connection lost');
    take(200, CLAIMED);
    expect(mirror.getSnapshot().context.reason).toBe('');
  });

  it('goes on after copying broke, as after a log that is away', () => {
    const { mirror, heard, take } = startMirror();
    const broken = { type: 'xstate.error.actor.copyJournal', error: new Error('broken') } as never;

    take(CLAIMED, broken);
    expect(mirror.getSnapshot().context).toMatchObject({ reason: 'broken', failures: 1 });
    take(100);

    expect(heard.at(-1)).toBe('claim after 7');
  });

  it('waits longer after each failure, five seconds at most, and shortly again once it had caught up', () => {
    const { clock, heard, take } = startMirror();
    const waits: number[] = [];
    for (let failures = 1; failures <= 9; failures++) {
      const [since, count] = [clock.now(), heard.length];
      take(CLAIM_FAILED);
      for (let steps = 0; heard.length === count && steps < 10_000; steps++) take(50);
      waits.push(clock.now() - since);
    }
    take(CLAIMED, CAUGHT_UP, COPY_FAILED, 100);

    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
    expect(heard.at(-1)).toBe('claim after 7');
  });

  it('waits at least half of that, by a share', () => {
    expect([0, 0.5, 1].map((share) => mirrorBackoffMs({ failures: 3 }, share))).toEqual([200, 300, 400]);
  });

  it('tells of events that were gone before they were copied', () => {
    const { emitted, take } = startMirror();

    take(CLAIMED, GAP);

    expect(emitted).toEqual([
      {
        type: 'error',
        payload: {
          code: 'mirror_gap',
          message: 'The shared log was away for so long that events left this home before they were copied.',
          context: { afterId: 'a', nextId: 'c' },
        },
      },
    ]);
  });
});

describe('a log that is not ours', () => {
  it('is given up once another engine has it, which is told once', () => {
    const { mirror, emitted, heard, take } = startMirror();

    take(CLAIMED, COPY_REFUSED, TAKEN);

    expect(heard).toEqual(['claim after 0', 'copy behind head in 7', 'stop copying', 'claim after 7']);
    expect(emitted).toEqual([
      {
        type: 'error',
        payload: {
          code: 'workspace_moved',
          message: 'The workspace moved to the engine other; this one stops.',
          context: HOLDER,
        },
      },
      { type: 'workspace.moved' },
    ]);
    expect(leafOf(mirror.getSnapshot())).toBe('fenced');
  });

  it('is left alone when it has what this home does not have, told each time it is looked at', () => {
    const { mirror, emitted, take } = startMirror();

    take(DIVERGED, 59_999);
    expect(leafOf(mirror.getSnapshot())).toBe('diverged');
    expect(mirror.getSnapshot().context.reason).toBe(
      'The shared log has events that this home does not have.',
    );
    take(1);

    expect(leafOf(mirror.getSnapshot())).toBe('claiming');
    expect(emitted).toEqual([
      {
        type: 'error',
        payload: {
          code: 'mirror_diverged',
          message: 'The shared log has events that this home does not have: nothing is mirrored.',
          context: { headId: 'strange' },
        },
      },
    ]);
  });
});

describe('a drain', () => {
  it('waits for what is copied', () => {
    const { mirror, heard, take } = startMirror();

    take(CLAIMED, DRAIN);
    expect(heard.at(-1)).toBe('copy.drain');
    expect(mirror.getSnapshot().status).toBe('active');
    take(COPY_DRAINED);

    expect(leafOf(mirror.getSnapshot())).toBe('stopped');
  });

  it.each([
    ['claiming', []],
    ['away', [CLAIM_FAILED]],
    ['diverged', [DIVERGED]],
  ])('does not wait for a log that is %s', (_, route) => {
    const { mirror, take } = startMirror();

    take(...route, DRAIN);

    expect(leafOf(mirror.getSnapshot())).toBe('stopped');
  });
});
