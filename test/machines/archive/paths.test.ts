import { describe, expect, it } from 'vitest';
import { createRandom, pick } from '../../support/random.ts';
import {
  DRAIN,
  FAILED,
  SUPERSEDED,
  TAKEN,
  WANT,
  startArchive,
  type ArchiveStep,
} from '../../support/start-archive.ts';

const ENDS = [TAKEN, FAILED];

/** What can happen in each state: its own actor answers, time passes, or somebody wants something. */
const POSSIBLE: Record<string, ArchiveStep[]> = {
  idle: [WANT, DRAIN],
  archiving: [WANT, DRAIN, SUPERSEDED, ...ENDS, ...ENDS, ...ENDS],
  pausing: [WANT, DRAIN, 2_500, 5_000, 5_000],
  away: [WANT, DRAIN, 500, 60_000, 60_000],
  finishing: [WANT, DRAIN, SUPERSEDED, ...ENDS],
};

describe('archive machine, on walks of a hundred steps', () => {
  const walked = Array.from({ length: 300 }, (_, seed) => wander(seed));

  it('takes one archive at a time, and begins the next no sooner than five seconds after one that was taken', () => {
    const wrong = walked.filter(({ begun }) =>
      begun.some(({ count, sinceTaken }) => count > 1 || sinceTaken < 5_000),
    );

    expect(wrong.map(({ route }) => route)).toEqual([]);
  });

  it('is over only after a last archive, or when another engine archives the workspace', () => {
    const wrong = walked.filter(({ status, last, steps }) => {
      const isDrained = steps.includes(DRAIN);
      return (
        status === 'done' && !(last === SUPERSEDED || (isDrained && (last === TAKEN || last === FAILED)))
      );
    });

    expect(wrong.map(({ route }) => route)).toEqual([]);
  });

  it('forgets no reason: it is never idle while one is unanswered', () => {
    const wrong = walked.filter(({ forgotten }) => forgotten);

    expect(wrong.map(({ route }) => route)).toEqual([]);
  });

  it('never fails', () => {
    expect(walked.filter(({ status }) => status === 'error').map(({ route }) => route)).toEqual([]);
  });
});

function wander(seed: number) {
  const random = createRandom(seed);
  const { archive, clock, asked, take } = startArchive();
  const steps: ArchiveStep[] = [];
  const begun: { count: number; sinceTaken: number }[] = [];
  let [takenAt, isUnanswered, forgotten] = [-Infinity, false, false];
  for (let count = 0; count < 100; count++) {
    const { value } = archive.getSnapshot();
    const possible = archive.getSnapshot().status === 'active' ? (POSSIBLE[value] ?? []) : [];
    if (possible.length === 0) break;
    const step = pick(random, possible);
    steps.push(step);
    const before = asked.count;
    take(step);
    if (step === TAKEN) takenAt = clock.now();
    const isLast = archive.getSnapshot().value === 'finishing';
    if (asked.count > before && !isLast)
      begun.push({ count: asked.count - before, sinceTaken: clock.now() - takenAt });
    if (step === WANT) isUnanswered = true;
    if (asked.count > before) isUnanswered = step === WANT && value === 'archiving';
    forgotten ||= isUnanswered && archive.getSnapshot().value === 'idle';
  }
  const { status } = archive.getSnapshot();
  return {
    route: `seed ${seed}: ${steps.length} steps`,
    steps,
    begun,
    forgotten,
    status,
    last: steps.at(-1),
  };
}
