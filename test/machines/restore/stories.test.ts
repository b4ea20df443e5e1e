import { describe, expect, it } from 'vitest';
import {
  CLAIMED,
  CLAIM_FAILED,
  FETCHED,
  FETCH_FAILED,
  NOTHING,
  PLACED,
  PLACE_FAILED,
  TAKEN,
  TAKEN_MEANWHILE,
  startRestore,
} from '../../support/start-restore.ts';

describe('a workspace that comes to another machine', () => {
  it('is claimed, fetched and placed, in this order and under one epoch', () => {
    const { restore, heard, take } = startRestore();

    take(CLAIMED, FETCHED, PLACED);

    expect(heard).toEqual(['claim in 0', 'fetch in 7', 'place in 7']);
    expect(restore.getSnapshot()).toMatchObject({ status: 'done', value: 'restored', context: { epoch: 7 } });
  });

  it('begins anew after a failure, under the epoch that it has', () => {
    const { restore, heard, take } = startRestore();

    take(CLAIMED, FETCH_FAILED);
    expect(restore.getSnapshot().context.reason).toBe('fetchWorkspace: no answer');
    take(100, CLAIMED, FETCHED, PLACE_FAILED);
    expect(restore.getSnapshot().context.reason).toBe('placeWorkspace: no answer');
    take(200, CLAIMED);

    expect(restore.getSnapshot().context.reason).toBe('');
    expect(heard).toEqual([
      'claim in 0',
      'fetch in 7',
      'claim in 7',
      'fetch in 7',
      'place in 7',
      'claim in 7',
      'fetch in 7',
    ]);
  });

  it('waits longer after each failure, five seconds at most', () => {
    const { clock, heard, take } = startRestore();
    const waits: number[] = [];
    for (let failures = 1; failures <= 9; failures++) {
      const [since, count] = [clock.now(), heard.length];
      take(CLAIM_FAILED);
      for (let steps = 0; heard.length === count && steps < 10_000; steps++) take(50);
      waits.push(clock.now() - since);
    }

    expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
  });

  it('is left to the engine that claimed it later, whose name is kept', () => {
    const [early, late] = [startRestore(), startRestore()];

    early.take(TAKEN);
    late.take(CLAIMED, FETCHED, TAKEN_MEANWHILE);

    for (const { restore } of [early, late])
      expect(restore.getSnapshot()).toMatchObject({ value: 'taken', context: { owner: 'other' } });
  });
});

it('nothing is fetched of a workspace that never was anywhere', () => {
  const { restore, heard, take } = startRestore();

  take(NOTHING);

  expect(heard).toEqual(['claim in 0']);
  expect(restore.getSnapshot().value).toBe('nothingThere');
});
