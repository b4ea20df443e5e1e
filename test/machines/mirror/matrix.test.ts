import { expect, it } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { mirrorMachine } from '../../../machines/mirror.machine.ts';
import {
  CAUGHT_UP,
  CLAIMED,
  CLAIM_FAILED,
  COPY_DRAINED,
  COPY_FAILED,
  COPY_REFUSED,
  DIVERGED,
  DRAIN,
  FELL_BEHIND,
  GAP,
  TAKEN,
  startMirror,
  type MirrorStep,
} from '../../support/start-mirror.ts';
import { StateMatrix } from '../../support/state-matrix.ts';
import { leafOf, type LeafOf } from '../../support/state-names.ts';

type State = LeafOf<StateValueFrom<typeof mirrorMachine>>;
type EventKey = keyof typeof EVENTS;

const EVENTS = {
  claimed: CLAIMED,
  taken: TAKEN,
  diverged: DIVERGED,
  'claim failed': CLAIM_FAILED,
  'caught up': CAUGHT_UP,
  'fell behind': FELL_BEHIND,
  'gap found': GAP,
  'copy refused': COPY_REFUSED,
  'copy failed': COPY_FAILED,
  'copy drained': COPY_DRAINED,
  drain: DRAIN,
  'backoff passes': 5_000,
  'a minute passes': 60_000,
} satisfies Record<string, MirrorStep>;

const ROUTE_TO: Record<State, MirrorStep[]> = {
  claiming: [],
  'copying.behind': [CLAIMED],
  'copying.mirroring': [CLAIMED, CAUGHT_UP],
  away: [CLAIM_FAILED],
  diverged: [DIVERGED],
  fenced: [TAKEN],
  stopped: [DRAIN],
};

const COPYING = {
  'copy refused': 'claiming',
  'copy failed': 'away',
  'copy drained': 'stopped',
} as const;

const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  claiming: {
    claimed: 'copying.behind',
    taken: 'fenced',
    diverged: 'diverged',
    'claim failed': 'away',
    drain: 'stopped',
  },
  'copying.behind': { ...COPYING, 'caught up': 'copying.mirroring' },
  'copying.mirroring': { ...COPYING, 'fell behind': 'copying.behind' },
  away: { drain: 'stopped', 'backoff passes': 'claiming', 'a minute passes': 'claiming' },
  diverged: { drain: 'stopped', 'a minute passes': 'claiming' },
  fenced: {},
  stopped: {},
};

const matrix = new StateMatrix({
  start: startMirror,
  stateOf: ({ mirror }): State => leafOf(mirror.getSnapshot()),
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
  ends: ['claim failed'],
});

matrix.describe('mirror machine, every state × event');

it('takes every transition of the machine somewhere', () => {
  const broken = { type: 'xstate.error.actor.copyJournal', error: 'broken' } as never;

  expect(matrix.untaken(startMirror().mirror.logic.root, [['copying.behind', [broken]]])).toEqual([]);
});
