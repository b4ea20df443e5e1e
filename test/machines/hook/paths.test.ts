import { beforeAll, describe, expect, it } from 'vitest';
import {
  COMMAND_ENDED,
  FAILED,
  JOINT,
  PRINTED,
  SHUTDOWN,
  TIMEOUT_MS,
  ended,
  startHook,
  started,
  type HookHarness,
  type HookStep,
} from '../../support/start-hook.ts';
import { routeOf, sequencesOf } from '../../support/steps.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

const STEPS: HookStep[] = [
  started(),
  started(0, true),
  COMMAND_ENDED,
  PRINTED,
  ended(0),
  ended(1),
  ended(null),
  FAILED,
  SHUTDOWN,
  TIMEOUT_MS,
];
const LENGTH = 3;

const coverage = createTransitionCoverage(startHook().hook.logic.root);
const walked: { route: string; harness: HookHarness }[] = [];

/** Every sequence of so many steps, with a shell per command and with one for both. */
beforeAll(() => {
  for (const route of sequencesOf(STEPS, LENGTH)) {
    for (const kind of [{}, JOINT]) walk(route, kind);
  }
  const broken = startHook({}, coverage.inspect);
  broken.hook.send({
    type: 'xstate.error.actor.shell',
    error: new Error('broken'),
    actorId: 'shell',
  } as never);
});

describe('hook machine, along every short way', () => {
  it('is over only when no command is left to run, or the engine stops', () => {
    expect(
      violationsOf(({ hook, statuses }) => !hook.getSnapshot().matches('ended') || !statuses().some(isOpen)),
    ).toEqual([]);
  });

  it('runs no command twice, and lets go of each shell before the next one', () => {
    expect(
      violationsOf(({ heard }) => {
        const runs = heard.filter((word) => word.startsWith('run'));
        const order = heard.filter((word) => !word.startsWith('kill')).map((word) => word.split(' ')[0]);
        return new Set(runs).size === runs.length && !order.join().includes('run,run');
      }),
    ).toEqual([]);
  });

  it('announces each end of a command once', () => {
    expect(
      violationsOf(({ emitted, statuses }) => {
        const ends = emitted.flatMap((event) =>
          event.type === 'hooks.progress' && 'exitCode' in event.payload ? [event.payload.commandIndex] : [],
        );
        const over = statuses().filter((status) => !isOpen(status) && status !== 'skipped');
        return new Set(ends).size === ends.length && ends.length <= over.length;
      }),
    ).toEqual([]);
  });

  it('takes every transition of the machine somewhere', () => {
    expect(coverage.missing()).toEqual([]);
  });
});

function walk(route: HookStep[], kind: object): void {
  const harness = startHook(kind, coverage.inspect);
  for (const step of route) if (harness.hook.getSnapshot().status === 'active') harness.take(step);
  walked.push({ route: routeOf(route), harness });
}

function isOpen(status: string): boolean {
  return status === 'pending' || status === 'running';
}

function violationsOf(isFine: (harness: HookHarness) => boolean): string[] {
  return walked.flatMap(({ route, harness }) => (isFine(harness) ? [] : [route]));
}
