import { expect, it } from 'vitest';
import type { StateValueFrom } from 'xstate';
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
import { StateMatrix } from '../../support/state-matrix.ts';
import { leafOf, type LeafOf } from '../../support/state-names.ts';

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

const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  idle: { 'hooks.run': 'running', 'hooks.resume': 'running', 'hooks.shutdown': 'stopped' },
  running: { 'hooks.shutdown': 'stopping', 'last hook done': 'idle', 'last hook crashed': 'idle' },
  stopping: { 'last hook done': 'stopped', 'last hook crashed': 'stopped' },
  stopped: {},
};

const matrix = new StateMatrix({
  start: startStartHooks,
  stateOf: ({ hooks }): State => leafOf(hooks.getSnapshot()),
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
  ends: ['last hook crashed'],
});

matrix.describe('start hooks machine, every state × event');
matrix.describeLeftAlone('start hooks machine, every state left alone', {
  idle: null,
  running: null,
  stopping: [7_000, 'stopped'],
  stopped: null,
});

it('takes every transition of the machine somewhere', () => {
  const untaken = matrix.untaken(startStartHooks().hooks.logic.root, [
    ['stopping', [7_000]],
    ['idle', [runBehindEnvironment('app'), crashed('environment')]],
  ]);

  expect(untaken).toEqual([]);
});
