import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InspectionEvent, StateValueFrom } from 'xstate';
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
import { entriesOf, leafOf, type LeafOf } from '../../support/state-names.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

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

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. */
const NEXT: Record<State, Record<EventKey, State>> = {
  claiming: {
    ...staying('claiming'),
    claimed: 'copying.behind',
    taken: 'fenced',
    diverged: 'diverged',
    'claim failed': 'away',
    drain: 'stopped',
  },
  'copying.behind': { ...staying('copying.behind'), ...COPYING, 'caught up': 'copying.mirroring' },
  'copying.mirroring': { ...staying('copying.mirroring'), ...COPYING, 'fell behind': 'copying.behind' },
  away: { ...staying('away'), drain: 'stopped', 'backoff passes': 'claiming', 'a minute passes': 'claiming' },
  diverged: { ...staying('diverged'), drain: 'stopped', 'a minute passes': 'claiming' },
  fenced: staying('fenced'),
  stopped: staying('stopped'),
};

describe('mirror machine, every state × event', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
  });

  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      if (isSomeoneElsesFailure(from, key)) continue;
      it(`${from} × ${key} → ${to}`, () => {
        const harness = startIn(from);

        harness.take(EVENTS[key]);

        expect(leafOf(harness.mirror.getSnapshot())).toBe(to);
      });
    }
  }

  it('takes every transition of the machine somewhere', () => {
    const coverage = createTransitionCoverage(startMirror().mirror.logic.root);
    for (const [from, row] of entriesOf(NEXT)) {
      for (const [key] of entriesOf(row)) {
        if (!isSomeoneElsesFailure(from, key)) startIn(from, coverage.inspect).take(EVENTS[key]);
      }
    }
    const broken = { type: 'xstate.error.actor.copyJournal', error: 'broken' } as never;
    startIn('copying.behind', coverage.inspect).take(broken);

    expect(coverage.missing()).toEqual([]);
  });
});

function startIn(state: State, inspect?: (event: InspectionEvent) => void) {
  const harness = startMirror(inspect);
  harness.take(...ROUTE_TO[state]);
  expect(leafOf(harness.mirror.getSnapshot())).toBe(state);
  return harness;
}

/** XState takes the failure of an actor that nobody runs for a failure of the machine; it cannot happen. */
function isSomeoneElsesFailure(from: State, key: EventKey): boolean {
  return key === 'claim failed' && from !== 'claiming' && from !== 'fenced' && from !== 'stopped';
}

function staying(state: State): Record<EventKey, State> {
  const cells = Object.keys(EVENTS).map((key) => [key, state]);
  return Object.fromEntries(cells) as Record<EventKey, State>;
}

/** XState warns of events to a mirror that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
