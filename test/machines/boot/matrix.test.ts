import { expect, it } from 'vitest';
import type { EventObject, StateValueFrom } from 'xstate';
import type { bootMachine } from '../../../machines/boot.machine.ts';
import { startBoot } from '../../support/start-boot.ts';
import { StateMatrix } from '../../support/state-matrix.ts';
import { leafOf, type LeafOf } from '../../support/state-names.ts';

/** Nobody stays in `provisioned`. */
type State = Exclude<LeafOf<StateValueFrom<typeof bootMachine>>, 'provisioned'>;
type ActorKey =
  `${'awaitCloudInit' | 'restoreRepositories' | 'discoverRepositories' | 'runStartHooks'} ${'done' | 'error'}`;
type EventKey = ActorKey | 'cloudInitLimit passes' | 'repositoriesLimit passes';

/** Boot has no event of its own: what reaches it comes from its actors and from the clock. */
const EVENTS: Record<EventKey, EventObject | number> = {
  'awaitCloudInit done': { type: 'xstate.done.actor.awaitCloudInit' },
  'awaitCloudInit error': { type: 'xstate.error.actor.awaitCloudInit' },
  'restoreRepositories done': { type: 'xstate.done.actor.restoreRepositories' },
  'restoreRepositories error': { type: 'xstate.error.actor.restoreRepositories' },
  'discoverRepositories done': { type: 'xstate.done.actor.discoverRepositories' },
  'discoverRepositories error': { type: 'xstate.error.actor.discoverRepositories' },
  'runStartHooks done': { type: 'xstate.done.actor.runStartHooks' },
  'runStartHooks error': { type: 'xstate.error.actor.runStartHooks' },
  'cloudInitLimit passes': 600_000,
  // Sent, because this much time may take boot further than one state.
  'repositoriesLimit passes': { type: 'xstate.after.repositoriesLimit.boot.discoveringRepositories' },
};

const PROVISIONED = EVENTS['awaitCloudInit done'];
const DISCOVERED = EVENTS['discoverRepositories done'];

const ROUTE_TO: Record<State, (EventObject | number)[]> = {
  initializing: [],
  restoring: [PROVISIONED],
  discoveringRepositories: [PROVISIONED],
  runningHooks: [PROVISIONED, DISCOVERED],
  ready: [PROVISIONED, DISCOVERED, EVENTS['runStartHooks done']],
};

const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  initializing: {
    'awaitCloudInit done': 'discoveringRepositories',
    'awaitCloudInit error': 'discoveringRepositories',
    'cloudInitLimit passes': 'discoveringRepositories',
  },
  restoring: {
    'restoreRepositories done': 'discoveringRepositories',
    'restoreRepositories error': 'discoveringRepositories',
  },
  discoveringRepositories: {
    'cloudInitLimit passes': 'runningHooks',
    'discoverRepositories done': 'runningHooks',
    'discoverRepositories error': 'runningHooks',
    'repositoriesLimit passes': 'runningHooks',
  },
  runningHooks: { 'runStartHooks done': 'ready', 'runStartHooks error': 'ready' },
  ready: {},
};

const matrix = new StateMatrix({
  start: (inspect, state: State) => startBoot({}, { inspect, wasMoved: state === 'restoring' }),
  stateOf: ({ boot }) => leafOf(boot.getSnapshot()) as State,
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
  ends: [
    'awaitCloudInit error',
    'restoreRepositories error',
    'discoverRepositories error',
    'runStartHooks error',
  ],
});

matrix.describe('boot machine, every state × event');

it('takes every transition of the machine somewhere', () => {
  const [here = [], moved = []] = [false, true].map((wasMoved) =>
    matrix.untaken(startBoot({}, { wasMoved }).boot.logic.root),
  );

  expect(here.filter((transition) => moved.includes(transition))).toEqual([]);
});
