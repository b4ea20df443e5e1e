import { expect, it } from 'vitest';
import type { StateValueFrom } from 'xstate';
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
import { StateMatrix } from '../../support/state-matrix.ts';
import { leafIn, type LeafIn } from '../../support/state-names.ts';

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

const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  looking: { found: 'telling', 'nothing left': 'stopped', 'looking failed': 'backingOff', drain: 'emptying' },
  emptying: { found: 'telling, draining', 'nothing left': 'stopped', 'looking failed': 'stopped' },
  telling: {
    delivered: 'looking',
    refused: 'burying',
    unavailable: 'backingOff',
    'telling failed': 'backingOff',
    drain: 'telling, draining',
  },
  'telling, draining': {
    delivered: 'emptying',
    refused: 'burying, draining',
    unavailable: 'stopped',
    'telling failed': 'stopped',
  },
  burying: { kept: 'looking', 'keeping failed': 'backingOff', drain: 'burying, draining' },
  'burying, draining': { kept: 'emptying', 'keeping failed': 'stopped' },
  backingOff: { drain: 'stopped', 'backoff passes': 'telling' },
  stopped: {},
};

const matrix = new StateMatrix({
  start: startOutbox,
  stateOf,
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
  ends: ['looking failed', 'telling failed', 'keeping failed'],
});

matrix.describe('outbox machine, every state × event');

it('looks again when it was the looking that failed', () => {
  const { outbox, take } = startOutbox();

  take(BROKEN.looking, 250);

  expect(leafIn(outbox.getSnapshot(), 'active.delivery')).toBe('looking');
});

it('takes every transition of the machine somewhere', () => {
  const root = startOutbox().outbox.logic.root;

  expect(matrix.untaken(root, [['looking', [BROKEN.looking, 250]]])).toEqual([]);
});

function stateOf({ outbox }: ReturnType<typeof startOutbox>): State {
  const snapshot = outbox.getSnapshot();
  const leaf = leafIn(snapshot, 'active.delivery') as Exclude<Leaf, 'settled'>;
  const isDraining = snapshot.matches({ active: { season: 'draining' } });
  return isDraining && (leaf === 'telling' || leaf === 'burying') ? `${leaf}, draining` : leaf;
}
