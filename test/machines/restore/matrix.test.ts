import { expect, it } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { restoreMachine } from '../../../machines/restore.machine.ts';
import {
  CLAIMED,
  CLAIM_FAILED,
  FETCHED,
  FETCH_FAILED,
  NOTHING,
  PLACED,
  PLACE_FAILED,
  TAKEN,
  TAKEN_MEANWHILE,
  startRestore,
  type RestoreStep,
} from '../../support/start-restore.ts';
import { StateMatrix } from '../../support/state-matrix.ts';
import { leafOf, type LeafOf } from '../../support/state-names.ts';

type State = LeafOf<StateValueFrom<typeof restoreMachine>>;
type EventKey = keyof typeof EVENTS;

const EVENTS = {
  claimed: CLAIMED,
  nothing: NOTHING,
  taken: TAKEN,
  'claim failed': CLAIM_FAILED,
  fetched: FETCHED,
  'fetch failed': FETCH_FAILED,
  placed: PLACED,
  'taken meanwhile': TAKEN_MEANWHILE,
  'place failed': PLACE_FAILED,
  'backoff passes': 5_000,
} satisfies Record<string, RestoreStep>;

const ROUTE_TO: Record<State, RestoreStep[]> = {
  claiming: [],
  fetching: [CLAIMED],
  placing: [CLAIMED, FETCHED],
  away: [CLAIM_FAILED],
  restored: [CLAIMED, FETCHED, PLACED],
  nothingThere: [NOTHING],
  taken: [TAKEN],
};

const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  claiming: { claimed: 'fetching', nothing: 'nothingThere', taken: 'taken', 'claim failed': 'away' },
  fetching: { fetched: 'placing', 'fetch failed': 'away' },
  placing: { placed: 'restored', 'taken meanwhile': 'taken', 'place failed': 'away' },
  away: { 'backoff passes': 'claiming' },
  restored: {},
  nothingThere: {},
  taken: {},
};

const matrix = new StateMatrix({
  start: startRestore,
  stateOf: ({ restore }): State => leafOf(restore.getSnapshot()),
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
  ends: ['claim failed', 'fetch failed', 'place failed'],
});

matrix.describe('restore machine, every state × event');

it('takes every transition of the machine somewhere', () => {
  expect(matrix.untaken(startRestore().restore.logic.root)).toEqual([]);
});
