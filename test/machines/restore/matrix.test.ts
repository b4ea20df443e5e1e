import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InspectionEvent, StateValueFrom } from 'xstate';
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
import { entriesOf, leafOf, type LeafOf } from '../../support/state-names.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

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

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. Null: cannot happen. */
const NEXT: Record<State, Record<EventKey, State | null>> = {
  claiming: {
    ...staying('claiming'),
    claimed: 'fetching',
    nothing: 'nothingThere',
    taken: 'taken',
    'claim failed': 'away',
  },
  fetching: { ...staying('fetching'), fetched: 'placing', 'fetch failed': 'away' },
  placing: {
    ...staying('placing'),
    placed: 'restored',
    'taken meanwhile': 'taken',
    'place failed': 'away',
  },
  away: { ...staying('away'), 'backoff passes': 'claiming' },
  restored: staying('restored'),
  nothingThere: staying('nothingThere'),
  taken: staying('taken'),
};

describe('restore machine, every state × event', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
  });

  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      if (to === null) continue;
      it(`${from} × ${key} → ${to}`, () => {
        const harness = startIn(from);

        harness.take(EVENTS[key]);

        expect(leafOf(harness.restore.getSnapshot())).toBe(to);
      });
    }
  }

  it('takes every transition of the machine somewhere', () => {
    const coverage = createTransitionCoverage(startRestore().restore.logic.root);
    for (const [from, row] of entriesOf(NEXT)) {
      for (const [key, to] of entriesOf(row)) {
        if (to !== null) startIn(from, coverage.inspect).take(EVENTS[key]);
      }
    }

    expect(coverage.missing()).toEqual([]);
  });
});

function startIn(state: State, inspect?: (event: InspectionEvent) => void) {
  const harness = startRestore(inspect);
  harness.take(...ROUTE_TO[state]);
  expect(leafOf(harness.restore.getSnapshot())).toBe(state);
  return harness;
}

/** XState takes the failure of an actor that nobody runs for a failure of the machine; it cannot happen. */
function staying(state: State): Record<EventKey, State | null> {
  const cells = Object.keys(EVENTS).map((key) => [key, key.endsWith('failed') ? null : state]);
  return Object.fromEntries(cells) as Record<EventKey, State | null>;
}

/** XState warns of events to a restoration that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
