import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InspectionEvent, StateValueFrom } from 'xstate';
import type { bootMachine } from '../../../machines/boot.machine.ts';
import { startBoot } from '../../support/start-boot.ts';
import { entriesOf, leafOf } from '../../support/state-names.ts';
import type { LeafOf } from '../../support/state-names.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

type State = LeafOf<StateValueFrom<typeof bootMachine>>;
type BootHarness = ReturnType<typeof startBoot>;
type ActorKey = `${'awaitCloudInit' | 'discoverRepositories' | 'runStartHooks'} ${'done' | 'error'}`;
type EventKey = ActorKey | 'cloudInitLimit passes' | 'repositoriesLimit passes';

/** Sent, because this much time may take boot further than one state. */
const REPOSITORIES_LIMIT = 'xstate.after.repositoriesLimit.boot.discoveringRepositories';

/** Boot has no event of its own: what reaches it comes from its actors and from the clock. */
function happen({ boot, clock }: BootHarness, key: EventKey): void {
  const [actor, outcome] = key.split(' ');
  if (actor === 'cloudInitLimit') clock.increment(600_000);
  else if (actor === 'repositoriesLimit') boot.send({ type: REPOSITORIES_LIMIT });
  else boot.send({ type: `xstate.${outcome}.actor.${actor}` });
}

const ROUTE_TO: Record<State, EventKey[]> = {
  initializing: [],
  discoveringRepositories: ['awaitCloudInit done'],
  runningHooks: ['awaitCloudInit done', 'discoverRepositories done'],
  ready: ['awaitCloudInit done', 'discoverRepositories done', 'runStartHooks done'],
};

/** Not `Partial`: a new state does not compile until each of its cells is decided. Null: cannot happen. */
const NEXT: Record<State, Record<EventKey, State | null>> = {
  initializing: {
    'awaitCloudInit done': 'discoveringRepositories',
    'awaitCloudInit error': 'discoveringRepositories',
    'cloudInitLimit passes': 'discoveringRepositories',
    'discoverRepositories done': 'initializing',
    'discoverRepositories error': null,
    'repositoriesLimit passes': 'initializing',
    'runStartHooks done': 'initializing',
    'runStartHooks error': null,
  },
  discoveringRepositories: {
    'awaitCloudInit done': 'discoveringRepositories',
    'awaitCloudInit error': null,
    'cloudInitLimit passes': 'runningHooks',
    'discoverRepositories done': 'runningHooks',
    'discoverRepositories error': 'runningHooks',
    'repositoriesLimit passes': 'runningHooks',
    'runStartHooks done': 'discoveringRepositories',
    'runStartHooks error': null,
  },
  runningHooks: {
    'awaitCloudInit done': 'runningHooks',
    'awaitCloudInit error': null,
    'cloudInitLimit passes': 'runningHooks',
    'discoverRepositories done': 'runningHooks',
    'discoverRepositories error': null,
    'repositoriesLimit passes': 'runningHooks',
    'runStartHooks done': 'ready',
    'runStartHooks error': 'ready',
  },
  ready: {
    'awaitCloudInit done': 'ready',
    'awaitCloudInit error': null,
    'cloudInitLimit passes': 'ready',
    'discoverRepositories done': 'ready',
    'discoverRepositories error': null,
    'repositoriesLimit passes': 'ready',
    'runStartHooks done': 'ready',
    'runStartHooks error': null,
  },
};

describe('boot machine, every state × event', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
  });

  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      if (to === null) continue;
      it(`${from} × ${key} → ${to}`, () => {
        const harness = startIn(from);

        happen(harness, key);

        expect(leafOf(harness.boot.getSnapshot())).toBe(to);
      });
    }
  }

  it('takes every transition of the machine somewhere', () => {
    const coverage = createTransitionCoverage(startBoot().boot.logic.root);
    for (const [from, row] of entriesOf(NEXT)) {
      for (const [key, to] of entriesOf(row)) {
        if (to !== null) happen(startIn(from, coverage.inspect), key);
      }
    }

    expect(coverage.missing()).toEqual([]);
  });
});

function startIn(state: State, inspect?: (event: InspectionEvent) => void): BootHarness {
  const harness = startBoot({}, inspect);
  for (const step of ROUTE_TO[state]) happen(harness, step);
  expect(leafOf(harness.boot.getSnapshot())).toBe(state);
  return harness;
}

/** XState warns of events to a boot that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
