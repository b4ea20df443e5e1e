import { expect, it } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { archiveMachine } from '../../../machines/archive.machine.ts';
import {
  DRAIN,
  FAILED,
  SUPERSEDED,
  TAKEN,
  WANT,
  startArchive,
  type ArchiveStep,
} from '../../support/start-archive.ts';
import { StateMatrix } from '../../support/state-matrix.ts';

type State = StateValueFrom<typeof archiveMachine> | 'archiving, drained' | 'pausing, wanted';
type EventKey = keyof typeof EVENTS;

const EVENTS = {
  want: WANT,
  drain: DRAIN,
  taken: TAKEN,
  superseded: SUPERSEDED,
  failed: FAILED,
  'the pause passes': 5_000,
} satisfies Record<string, ArchiveStep>;

const ROUTE_TO: Record<State, ArchiveStep[]> = {
  idle: [],
  archiving: [WANT],
  'archiving, drained': [WANT, DRAIN],
  pausing: [WANT, TAKEN],
  'pausing, wanted': [WANT, TAKEN, WANT],
  away: [WANT, FAILED],
  finishing: [DRAIN],
  superseded: [WANT, SUPERSEDED],
  stopped: [DRAIN, TAKEN],
};

const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  idle: { want: 'archiving', drain: 'finishing' },
  archiving: { drain: 'archiving, drained', taken: 'pausing', superseded: 'superseded', failed: 'away' },
  'archiving, drained': { taken: 'finishing', superseded: 'superseded', failed: 'finishing' },
  pausing: { want: 'pausing, wanted', drain: 'finishing', 'the pause passes': 'idle' },
  'pausing, wanted': { drain: 'finishing', 'the pause passes': 'archiving' },
  away: { drain: 'finishing', 'the pause passes': 'archiving' },
  finishing: { taken: 'stopped', superseded: 'superseded', failed: 'stopped' },
  superseded: {},
  stopped: {},
};

const matrix = new StateMatrix({
  start: startArchive,
  stateOf,
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
  ends: ['failed'],
});

matrix.describe('archive machine, every state × event');

it('takes every transition of the machine somewhere', () => {
  expect(matrix.untaken(startArchive().archive.logic.root)).toEqual([]);
});

function stateOf({ archive }: ReturnType<typeof startArchive>): State {
  const { value, context } = archive.getSnapshot();
  if (value === 'archiving' && context.isDraining) return 'archiving, drained';
  return value === 'pausing' && context.isWanted ? 'pausing, wanted' : value;
}
