import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { InspectionEvent, StateValueFrom } from 'xstate';
import type { outboxMachine } from '../../../machines/outbox.machine.ts';
import type { OutboxEvent } from '../../../machines/outbox.setup.ts';
import {
  BROKEN,
  DELIVERED,
  DRAIN,
  KEPT,
  REFUSED,
  UNAVAILABLE,
  found,
  startOutbox,
} from '../../support/start-outbox.ts';
import { entriesOf, leafIn, type LeafIn } from '../../support/state-names.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

type Leaf = LeafIn<StateValueFrom<typeof outboxMachine>, 'active.delivery'>;
/** The delivery, with the season where both are possible; `settled` is passed through. */
type State = Exclude<Leaf, 'settled'> | 'telling, draining' | 'burying, draining';
type EventKey = keyof typeof EVENTS;

const EVENTS = {
  found: found('1'),
  'nothing left': found(null),
  'looking failed': BROKEN.looking,
  delivered: DELIVERED,
  refused: REFUSED,
  unavailable: UNAVAILABLE,
  'telling failed': BROKEN.telling,
  kept: KEPT,
  'keeping failed': BROKEN.burying,
  drain: DRAIN,
  'backoff passes': 250,
} satisfies Record<string, OutboxEvent | number>;

const ROUTE_TO: Record<State, (OutboxEvent | number)[]> = {
  looking: [],
  emptying: [DRAIN],
  telling: [found('1')],
  'telling, draining': [found('1'), DRAIN],
  burying: [found('1'), REFUSED],
  'burying, draining': [found('1'), REFUSED, DRAIN],
  backingOff: [found('1'), UNAVAILABLE],
  stopped: [DRAIN, found(null)],
};

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. */
const NEXT: Record<State, Record<EventKey, State>> = {
  looking: {
    ...staying('looking'),
    found: 'telling',
    'nothing left': 'stopped',
    'looking failed': 'backingOff',
    drain: 'emptying',
  },
  emptying: {
    ...staying('emptying'),
    found: 'telling, draining',
    'nothing left': 'stopped',
    'looking failed': 'stopped',
  },
  telling: {
    ...staying('telling'),
    delivered: 'looking',
    refused: 'burying',
    unavailable: 'backingOff',
    'telling failed': 'backingOff',
    drain: 'telling, draining',
  },
  'telling, draining': {
    ...staying('telling, draining'),
    delivered: 'emptying',
    refused: 'burying, draining',
    unavailable: 'stopped',
    'telling failed': 'stopped',
  },
  burying: {
    ...staying('burying'),
    kept: 'looking',
    'keeping failed': 'backingOff',
    drain: 'burying, draining',
  },
  'burying, draining': {
    ...staying('burying, draining'),
    kept: 'emptying',
    'keeping failed': 'stopped',
  },
  backingOff: { ...staying('backingOff'), drain: 'stopped', 'backoff passes': 'telling' },
  stopped: staying('stopped'),
};

describe('outbox machine, every state × event', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
  });

  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      if (isSomeoneElsesFailure(from, key)) continue;
      it(`${from} × ${key} → ${to}`, () => {
        const harness = startIn(from);

        harness.take(EVENTS[key]);

        expect(stateOf(harness)).toBe(to);
      });
    }
  }

  it('looks again when it was the looking that failed', () => {
    const { outbox, take } = startOutbox();

    take(BROKEN.looking, 250);

    expect(leafIn(outbox.getSnapshot(), 'active.delivery')).toBe('looking');
  });

  it('takes every transition of the machine somewhere', () => {
    const coverage = createTransitionCoverage(startOutbox().outbox.logic.root);
    startOutbox(coverage.inspect).take(BROKEN.looking, 250);
    for (const [from, row] of entriesOf(NEXT)) {
      for (const [key] of entriesOf(row)) {
        if (!isSomeoneElsesFailure(from, key)) startIn(from, coverage.inspect).take(EVENTS[key]);
      }
    }

    expect(coverage.missing()).toEqual([]);
  });
});

function startIn(state: State, inspect?: (event: InspectionEvent) => void) {
  const harness = startOutbox(inspect);
  harness.take(...ROUTE_TO[state]);
  expect(stateOf(harness)).toBe(state);
  return harness;
}

function stateOf({ outbox }: ReturnType<typeof startOutbox>): State {
  const snapshot = outbox.getSnapshot();
  const leaf = leafIn(snapshot, 'active.delivery') as Exclude<Leaf, 'settled'>;
  const isDraining = snapshot.matches({ active: { season: 'draining' } });
  return isDraining && (leaf === 'telling' || leaf === 'burying') ? `${leaf}, draining` : leaf;
}

/** XState takes the failure of an actor that nobody runs for a failure of the machine; it cannot happen. */
function isSomeoneElsesFailure(from: State, key: EventKey): boolean {
  const failing = {
    looking: 'looking failed',
    emptying: 'looking failed',
    telling: 'telling failed',
    burying: 'keeping failed',
  };
  const own = Object.entries(failing).find(([state]) => from.startsWith(state))?.[1];
  return key.endsWith('failed') && key !== own && from !== 'stopped';
}

function staying(state: State): Record<EventKey, State> {
  const cells = Object.keys(EVENTS).map((key) => [key, state]);
  return Object.fromEntries(cells) as Record<EventKey, State>;
}

/** XState warns of events to an outbox that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
