import { describe, expect, it } from 'vitest';
import { createRandom } from '../../support/random.ts';
import {
  ALL,
  ANOTHER,
  KEY,
  OAUTH,
  changed,
  done,
  failed,
  recalled,
  rejected,
  startLogin,
  type LoginHarness,
  type LoginStep,
} from '../../support/start-login.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

const LISTS = [[], [OAUTH], [OAUTH, KEY], ALL, [ANOTHER, KEY], [KEY]];
const WORKS = ['firstRefresh', 'refreshUnderWay', 'refresh', 'use'] as const;
/** In which state the work is under way: elsewhere its end has no addressee. */
const PLACE = {
  firstRefresh: 'unknown',
  refreshUnderWay: 'settling',
  refresh: 'refreshing',
  use: 'fallingBack',
};

const WALKS = 1_500;
const STEPS = 25;

const coverage = createTransitionCoverage(startLogin().login.logic.root);

interface Walk {
  route: string[];
  harness: LoginHarness;
  violations: string[];
}

const walks = Array.from({ length: WALKS }, (_, seed) => walk(seed));

describe('login machine, along random ways', () => {
  it('answers each report once, at the latest when its work is over', () => {
    expect(violationsOf('answer')).toEqual([]);
  });

  it('asks the control plane once for all who report at the same time', () => {
    expect(violationsOf('ask')).toEqual([]);
  });

  it('never uses a login that was refused while there is another one', () => {
    expect(violationsOf('choice')).toEqual([]);
  });

  it('remembers no refusal of a login that is gone', () => {
    expect(violationsOf('memory')).toEqual([]);
  });

  it('takes every transition of the machine somewhere', () => {
    expect(coverage.missing()).toEqual([]);
  });
});

function walk(seed: number): Walk {
  const random = createRandom(seed);
  const harness = startLogin(coverage.inspect);
  const route: string[] = [];
  const violations: string[] = [];
  let isReported = false;
  for (let index = 0; index < STEPS; index += 1) {
    const step = pick(harness, random);
    if (step === null) continue;
    const before = { told: harness.told.length, asked: harness.asked.length, state: harness.state() };
    harness.take(step);
    route.push(typeof step === 'number' ? `${step} ms` : step.type);
    isReported ||= typeof step !== 'number' && step.type === 'login.rejected';
    const verdicts = harness.told.slice(before.told).filter((one) => one !== 'login.changed').length;
    const isAtWork = ['unknown', 'settling', 'refreshing', 'fallingBack'].includes(harness.state());
    if (verdicts > (isReported ? 1 : 0) || (isReported && verdicts === 0 && !isAtWork))
      violations.push('answer');
    if (verdicts > 0) isReported = false;
    const refreshes = harness.asked.slice(before.asked).filter(({ work }) => work === 'refreshLogin');
    if (refreshes.length > (harness.state() === 'refreshing' ? 1 : 0)) violations.push('ask');
    if (before.state !== 'fallingBack') violations.push(...faultsOf(harness));
  }
  return { route, harness, violations };
}

/** Of a login that is about to take over. */
function faultsOf({ state, context, asked }: LoginHarness): string[] {
  if (state() !== 'fallingBack') return [];
  const { logins, refused } = context();
  const known = logins.map(({ sha256 }) => sha256);
  const next = (asked.at(-1)?.input as { next?: string } | undefined)?.next;
  return [
    ...(next === undefined || refused.includes(next) || !known.includes(next) ? ['choice'] : []),
    ...(refused.every((one) => known.includes(one)) ? [] : ['memory']),
  ];
}

function pick({ state }: LoginHarness, random: () => number): LoginStep | null {
  const some = <Thing>(things: readonly Thing[]): Thing => things[Math.floor(random() * things.length)]!;
  const step = some<() => LoginStep>([
    () => rejected(some(LISTS), random() < 0.5),
    () => changed(some(LISTS)),
    () => some([1, 1_000, 10_000]),
    ...WORKS.flatMap((work) =>
      PLACE[work] === state()
        ? [() => done(work, some(LISTS)), () => done(work, ALL), () => failed(work)]
        : [],
    ),
    ...(state() === 'unknown' ? [() => recalled(some([[], ['oauth'], ['oauth', 'gone']])), recallFails] : []),
  ]);
  return step();
}

function recallFails(): LoginStep {
  return { type: 'xstate.error.actor.recall', error: new Error('broken') };
}

function violationsOf(kind: string): string[][] {
  return walks.flatMap(({ violations, route }) => (violations.includes(kind) ? [route] : []));
}
