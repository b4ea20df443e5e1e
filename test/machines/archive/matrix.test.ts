import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InspectionEvent, StateValueFrom } from 'xstate';
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
import { entriesOf } from '../../support/state-names.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

type State = StateValueFrom<typeof archiveMachine>;
type Start = State | 'archiving, drained' | 'pausing, wanted';
type EventKey = keyof typeof EVENTS;

const EVENTS = {
  want: WANT,
  drain: DRAIN,
  taken: TAKEN,
  superseded: SUPERSEDED,
  failed: FAILED,
  'the pause passes': 5_000,
} satisfies Record<string, ArchiveStep>;

const ROUTE_TO: Record<Start, ArchiveStep[]> = {
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

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. */
const NEXT: Record<Start, Record<EventKey, State>> = {
  idle: { ...staying('idle'), want: 'archiving', drain: 'finishing' },
  archiving: { ...staying('archiving'), taken: 'pausing', superseded: 'superseded', failed: 'away' },
  'archiving, drained': {
    ...staying('archiving'),
    taken: 'finishing',
    superseded: 'superseded',
    failed: 'finishing',
  },
  pausing: { ...staying('pausing'), drain: 'finishing', 'the pause passes': 'idle' },
  'pausing, wanted': { ...staying('pausing'), drain: 'finishing', 'the pause passes': 'archiving' },
  away: { ...staying('away'), drain: 'finishing', 'the pause passes': 'archiving' },
  finishing: { ...staying('finishing'), taken: 'stopped', superseded: 'superseded', failed: 'stopped' },
  superseded: staying('superseded'),
  stopped: staying('stopped'),
};

describe('archive machine, every state × event', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
  });

  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      if (isSomeoneElsesFailure(from, key)) continue;
      it(`${from} × ${key} → ${to}`, () => {
        const harness = startIn(from);

        harness.take(EVENTS[key]);

        expect(harness.archive.getSnapshot().value).toBe(to);
      });
    }
  }

  it('takes every transition of the machine somewhere', () => {
    const coverage = createTransitionCoverage(startArchive().archive.logic.root);
    for (const [from, row] of entriesOf(NEXT)) {
      for (const [key] of entriesOf(row)) {
        if (!isSomeoneElsesFailure(from, key)) startIn(from, coverage.inspect).take(EVENTS[key]);
      }
    }

    expect(coverage.missing()).toEqual([]);
  });
});

function startIn(start: Start, inspect?: (event: InspectionEvent) => void) {
  const harness = startArchive(inspect);
  harness.take(...ROUTE_TO[start]);
  expect(harness.archive.getSnapshot().value).toBe(start.split(',')[0]);
  return harness;
}

/** XState takes the failure of an actor that nobody runs for a failure of the machine; it cannot happen. */
function isSomeoneElsesFailure(from: Start, key: EventKey): boolean {
  return key === 'failed' && ['idle', 'pausing', 'pausing, wanted', 'away'].includes(from);
}

function staying(state: State): Record<EventKey, State> {
  const cells = Object.keys(EVENTS).map((key) => [key, state]);
  return Object.fromEntries(cells) as Record<EventKey, State>;
}

/** XState warns of events to an archive that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
