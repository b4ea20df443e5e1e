import { beforeAll, describe, expect, it } from 'vitest';
import {
  ABSENT,
  BROKEN,
  HOUR,
  ISSUED,
  JUMPED,
  MANUAL,
  REFUSED,
  REJECTED,
  UNAVAILABLE,
  startCredential,
  type CredentialHarness,
  type CredentialStep,
} from '../../support/start-credential.ts';
import { routeOf, sequencesOf } from '../../support/steps.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

const STEPS: CredentialStep[] = [
  ISSUED,
  ABSENT,
  REFUSED,
  UNAVAILABLE,
  BROKEN,
  MANUAL,
  REJECTED,
  JUMPED,
  6 * HOUR,
];
const LENGTH = 3;

const coverage = createTransitionCoverage(startCredential().credential.logic.root);
const walked: { route: string; harness: CredentialHarness }[] = [];

/** Every sequence of so many steps; the end of an attempt comes only while one is under way. */
beforeAll(() => {
  for (const route of sequencesOf(STEPS, LENGTH)) walk(route);
});

describe('credential machine, along every short way', () => {
  it('never has two attempts under way', () => {
    expect(
      violationsOf(({ asked }) =>
        asked.every((entry, index) => entry === 'let go' || index === 0 || asked[index - 1] === 'let go'),
      ),
    ).toEqual([]);
  });

  it('announces each state it comes to, once', () => {
    expect(
      violationsOf(({ credential, states }) => {
        const told = states().filter((state) => state !== 'credential_refused');
        return (
          told.at(-1) === credential.getSnapshot().value &&
          told.every((state, index) => state !== told[index - 1])
        );
      }),
    ).toEqual([]);
  });

  it('reports a refusal once until another end than a failure follows', () => {
    expect(
      violationsOf(({ states }) => {
        const told = states().filter((state) => state !== 'refreshing' && state !== 'backingOff');
        const before = told.filter((state) => state !== 'credential_refused');
        const news = before.filter(
          (state, index) => state === 'rejected' && before[index - 1] !== 'rejected',
        );
        return told.filter((state) => state === 'credential_refused').length === news.length;
      }),
    ).toEqual([]);
  });

  it('waits for a time that is bounded, and never not at all', () => {
    expect(
      violationsOf(
        ({ credential, context }) =>
          credential.getSnapshot().matches('refreshing') ||
          (context().waitMs >= 500 && context().waitMs <= 6 * HOUR),
      ),
    ).toEqual([]);
  });

  it('forgets neither kind nor end of what is in place when an attempt fails', () => {
    expect(
      violationsOf(({ states, context }) => states().includes('fresh') === (context().source === 'oauth')),
    ).toEqual([]);
  });

  it('takes every transition of the machine somewhere', () => {
    expect(coverage.missing()).toEqual([]);
  });
});

function walk(route: CredentialStep[]): void {
  const harness = startCredential(coverage.inspect);
  for (const step of route) {
    const isEnd = typeof step !== 'number' && step.type.startsWith('xstate.');
    if (!isEnd || harness.credential.getSnapshot().matches('refreshing')) harness.take(step);
  }
  walked.push({ route: routeOf(route), harness });
}

function violationsOf(isFine: (harness: CredentialHarness) => boolean): string[] {
  return walked.flatMap(({ route, harness }) => (isFine(harness) ? [] : [route]));
}
