import { describe, expect, it } from 'vitest';
import { createRandom, pick } from '../../support/random.ts';
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
  type RestoreStep,
} from '../../support/start-restore.ts';

/** What can happen in each state: its own actor answers, or its time passes. */
const POSSIBLE: Record<string, RestoreStep[]> = {
  claiming: [CLAIMED, CLAIMED, CLAIMED, NOTHING, TAKEN, CLAIM_FAILED],
  fetching: [FETCHED, FETCHED, FETCH_FAILED],
  placing: [PLACED, TAKEN_MEANWHILE, PLACE_FAILED],
  away: [5_000],
};

describe('restore machine, on walks until it is over', () => {
  const walked = Array.from({ length: 300 }, (_, seed) => wander(seed));

  it('fetches and places only under an epoch that was claimed', () => {
    const wrong = walked.filter(({ heard }) => heard.some((what) => /^(fetch|place) in 0$/.test(what)));

    expect(wrong.map(({ seed }) => seed)).toEqual([]);
  });

  it('places only what was fetched since the last claim', () => {
    const wrong = walked.filter(({ heard }) =>
      heard.some((what, index) => what.startsWith('place') && !heard[index - 1]?.startsWith('fetch')),
    );

    expect(wrong.map(({ seed }) => seed)).toEqual([]);
  });

  it('never fails, whatever fails', () => {
    expect(walked.filter(({ status }) => status === 'error').map(({ seed }) => seed)).toEqual([]);
  });
});

function wander(seed: number) {
  const random = createRandom(seed);
  const { restore, heard, take } = startRestore();
  for (let count = 0; count < 100; count++) {
    const possible = POSSIBLE[String(restore.getSnapshot().value)];
    if (possible === undefined) break;
    take(pick(random, possible));
  }
  return { seed, heard, status: restore.getSnapshot().status };
}
