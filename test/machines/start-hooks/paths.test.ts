import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ended, started } from '../../support/start-hook.ts';
import { SHUTDOWN, crashed, run, startStartHooks } from '../../support/start-start-hooks.ts';
import type { HooksHarness } from '../../support/start-start-hooks.ts';
import { sequencesOf } from '../../support/steps.ts';

/** What can happen: to the hooks as a whole, to the first, to the second. */
const MOVES: Record<string, (harness: HooksHarness) => void> = {
  'run both': ({ take }) => take(run('one', 'two')),
  'one succeeds': ({ say }) => say('one', started(), ended(0)),
  'two fails': ({ say }) => say('two', started(), ended(1)),
  'two crashes': (harness) => isRunning(harness, 'two') && harness.take(crashed('two')),
  shutdown: ({ take }) => take(SHUTDOWN),
  'long time': ({ take }) => take(7_000),
};
const LENGTH = 4;

const walked: { route: string; harness: HooksHarness }[] = [];

beforeAll(() => {
  silenceLateEvents();
  for (const route of sequencesOf(Object.keys(MOVES), LENGTH)) {
    const harness = startStartHooks();
    for (const move of route) MOVES[move]?.(harness);
    walked.push({ route: route.join(' → '), harness });
  }
});

beforeEach(silenceLateEvents);

describe('start hooks machine, along every short way', () => {
  it('announces each run once at its start and once at its end, if it has one', () => {
    expect(
      violationsOf(({ emitted, hooks }) => {
        if (hooks.getSnapshot().matches('stopped')) return true;
        const words = emitted.flatMap(({ type }) => (type === 'error' ? [] : [type.replace('hooks.', '')]));
        const isAlternating = words.every((word, index) => (word === 'started') === (index % 2 === 0));
        const isOpen = words.at(-1) === 'started';
        return isAlternating && isOpen === !hooks.getSnapshot().matches('idle');
      }),
    ).toEqual([]);
  });

  it('knows exactly the hooks that run', () => {
    expect(
      violationsOf(({ hooks }) => {
        const { children, context, status } = hooks.getSnapshot();
        return (
          status === 'done' || Object.keys(children).toSorted().join() === context.running.toSorted().join()
        );
      }),
    ).toEqual([]);
  });

  it('never fails, whatever its hooks do', () => {
    expect(violationsOf(({ hooks }) => hooks.getSnapshot().status !== 'error')).toEqual([]);
  });
});

function isRunning({ hooks }: HooksHarness, name: string): boolean {
  return hooks.getSnapshot().context.running.includes(name);
}

function violationsOf(isFine: (harness: HooksHarness) => boolean): string[] {
  return walked.flatMap(({ route, harness }) => (isFine(harness) ? [] : [route]));
}

/** XState warns of events to hooks that are over; these walks send them on purpose. */
function silenceLateEvents(): void {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
}
