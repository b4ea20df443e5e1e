import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InspectionEvent, StateValueFrom } from 'xstate';
import type { bootMachine } from '../../../machines/boot.machine.ts';
import { startBoot } from '../../support/start-boot.ts';
import { entriesOf, leafOf } from '../../support/state-names.ts';
import type { LeafOf } from '../../support/state-names.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

/** Nobody stays in `provisioned`. */
type State = Exclude<LeafOf<StateValueFrom<typeof bootMachine>>, 'provisioned'>;
type BootHarness = ReturnType<typeof startBoot>;
type ActorKey =
  `${'awaitCloudInit' | 'restoreRepositories' | 'discoverRepositories' | 'runStartHooks'} ${'done' | 'error'}`;
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
  restoring: ['awaitCloudInit done'],
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
    'restoreRepositories done': 'initializing',
    'restoreRepositories error': null,
    'discoverRepositories done': 'initializing',
    'discoverRepositories error': null,
    'repositoriesLimit passes': 'initializing',
    'runStartHooks done': 'initializing',
    'runStartHooks error': null,
  },
  restoring: {
    'awaitCloudInit done': 'restoring',
    'awaitCloudInit error': null,
    'cloudInitLimit passes': 'restoring',
    'restoreRepositories done': 'discoveringRepositories',
    'restoreRepositories error': 'discoveringRepositories',
    'discoverRepositories done': 'restoring',
    'discoverRepositories error': null,
    'repositoriesLimit passes': 'restoring',
    'runStartHooks done': 'restoring',
    'runStartHooks error': null,
  },
  discoveringRepositories: {
    'awaitCloudInit done': 'discoveringRepositories',
    'awaitCloudInit error': null,
    'cloudInitLimit passes': 'runningHooks',
    'restoreRepositories done': 'discoveringRepositories',
    'restoreRepositories error': null,
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
    'restoreRepositories done': 'runningHooks',
    'restoreRepositories error': null,
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
    'restoreRepositories done': 'ready',
    'restoreRepositories error': null,
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
    const [here, moved] = [false, true].map((wasMoved) =>
      createTransitionCoverage(startBoot({}, { wasMoved }).boot.logic.root),
    );
    for (const [from, row] of entriesOf(NEXT)) {
      const coverage = from === 'restoring' ? moved : here;
      for (const [key, to] of entriesOf(row)) {
        if (to !== null) happen(startIn(from, coverage!.inspect), key);
      }
    }

    expect(here!.missing().filter((transition) => moved!.missing().includes(transition))).toEqual([]);
  });
});

function startIn(state: State, inspect?: (event: InspectionEvent) => void): BootHarness {
  const harness = startBoot({}, { inspect, wasMoved: state === 'restoring' });
  for (const step of ROUTE_TO[state]) happen(harness, step);
  expect(leafOf(harness.boot.getSnapshot())).toBe(state);
  return harness;
}

/** XState warns of events to a boot that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
