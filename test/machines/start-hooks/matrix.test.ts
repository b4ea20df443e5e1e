import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InspectionEvent, StateValueFrom } from 'xstate';
import type { startHooksMachine } from '../../../machines/start-hooks.machine.ts';
import type { StartHooksEvent } from '../../../machines/start-hooks.setup.ts';
import {
  RUN,
  SHUTDOWN,
  crashed,
  run,
  runBehindEnvironment,
  short,
  startStartHooks,
} from '../../support/start-start-hooks.ts';
import type { HooksStep } from '../../support/start-start-hooks.ts';
import { entriesOf, leafOf } from '../../support/state-names.ts';
import type { LeafOf } from '../../support/state-names.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

type State = LeafOf<StateValueFrom<typeof startHooksMachine>>;
type EventKey = Exclude<StartHooksEvent['type'], `xstate.${string}`> | 'last hook done' | 'last hook crashed';

const EVENTS: Record<EventKey, StartHooksEvent> = {
  'hooks.run': run('app'),
  'hooks.resume': { type: 'hooks.resume', run: RUN, hooks: [short('app')] },
  'hooks.shutdown': SHUTDOWN,
  'hook.ended': { type: 'hook.ended', status: 'failed' },
  'last hook done': { type: 'xstate.done.actor.app', actorId: 'app' },
  'last hook crashed': crashed('app'),
};

const ROUTE_TO: Record<State, HooksStep[]> = {
  idle: [],
  running: [run('app')],
  stopping: [run('app'), SHUTDOWN],
  stopped: [SHUTDOWN],
};

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. Null: cannot happen. */
const NEXT: Record<State, Record<EventKey, State | null>> = {
  idle: {
    'hooks.run': 'running',
    'hooks.resume': 'running',
    'hooks.shutdown': 'stopped',
    'hook.ended': 'idle',
    'last hook done': 'idle',
    'last hook crashed': null,
  },
  running: {
    'hooks.run': 'running',
    'hooks.resume': 'running',
    'hooks.shutdown': 'stopping',
    'hook.ended': 'running',
    'last hook done': 'idle',
    'last hook crashed': 'idle',
  },
  stopping: {
    'hooks.run': 'stopping',
    'hooks.resume': 'stopping',
    'hooks.shutdown': 'stopping',
    'hook.ended': 'stopping',
    'last hook done': 'stopped',
    'last hook crashed': 'stopped',
  },
  stopped: {
    'hooks.run': 'stopped',
    'hooks.resume': 'stopped',
    'hooks.shutdown': 'stopped',
    'hook.ended': 'stopped',
    'last hook done': 'stopped',
    'last hook crashed': 'stopped',
  },
};

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
});

describe('start hooks machine, every state × event', () => {
  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      if (to === null) continue;
      it(`${from} × ${key} → ${to}`, () => {
        const { hooks, take } = startIn(from);

        take(EVENTS[key]);

        expect(leafOf(hooks.getSnapshot())).toBe(to);
      });
    }
  }

  it('stopping after 7000 ms → stopped', () => {
    const { hooks, take } = startIn('stopping');

    take(6_999);
    expect(leafOf(hooks.getSnapshot())).toBe('stopping');
    take(1);

    expect(leafOf(hooks.getSnapshot())).toBe('stopped');
  });

  it('takes every transition of the machine somewhere', () => {
    const coverage = createTransitionCoverage(startStartHooks().hooks.logic.root);
    startIn('stopping', coverage.inspect).take(7_000);
    startIn('idle', coverage.inspect).take(runBehindEnvironment('app'), crashed('environment'));
    for (const [from, row] of entriesOf(NEXT)) {
      for (const [key, to] of entriesOf(row)) {
        if (to !== null) startIn(from, coverage.inspect).take(EVENTS[key]);
      }
    }

    expect(coverage.missing()).toEqual([]);
  });
});

function startIn(state: State, inspect?: (event: InspectionEvent) => void) {
  const harness = startStartHooks(inspect);
  harness.take(...ROUTE_TO[state]);
  expect(leafOf(harness.hooks.getSnapshot())).toBe(state);
  return harness;
}

/** XState warns of events to hooks that are over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
