import { beforeEach, describe, expect, it, vi } from 'vitest';
import { startChat } from '../../support/start-chat.ts';
import { entriesOf, leafOf } from '../../support/state-names.ts';
import { EVENTS, ROUTE_TO, startOf } from './matrix/cells.ts';
import type { Row, State } from './matrix/cells.ts';
import { INTERRUPTING } from './matrix/interrupting.ts';
import { OVER_BUDGET } from './matrix/over-budget.ts';
import { OVER } from './matrix/over.ts';
import { RESTING } from './matrix/resting.ts';
import { RUNNING } from './matrix/running.ts';
import { STOPPING } from './matrix/stopping.ts';

/** Not `Partial`: a new state does not compile until each of its cells is decided. */
const NEXT: Record<State, Row> = {
  ...RESTING,
  ...OVER_BUDGET,
  ...RUNNING,
  ...INTERRUPTING,
  ...STOPPING,
  ...OVER,
};

/** Where each state leads when nothing happens for so many milliseconds; null: nowhere. */
const LEFT_ALONE: Record<State, [number, State] | null> = {
  'resting.idle': null,
  'resting.errored': null,
  'running.starting': null,
  'running.working': [600_000, 'running.probing'],
  'running.probing': [30_000, 'interrupting'],
  'running.awaiting': [600_000, 'running.working'],
  'overBudget.asking': null,
  'overBudget.declined': null,
  interrupting: null,
  stopping: null,
  givenUp: null,
  deleted: null,
  stopped: null,
};

describe('chat machine, every state × event', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
  });

  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      it(`${from} × ${key} → ${to}`, () => {
        const { chat, take } = startIn(from);

        take(EVENTS[key]);

        expect(leafOf(chat.getSnapshot())).toBe(to);
      });
    }
  }
});

describe('chat machine, every state left alone', () => {
  for (const [from, next] of entriesOf(LEFT_ALONE)) {
    const [limit, to] = next ?? [24 * 3_600_000, from];

    it(`${from} after ${limit} ms → ${to}`, () => {
      const { chat, take } = startIn(from);

      take(limit - 1);
      expect(leafOf(chat.getSnapshot())).toBe(from);
      take(1);

      expect(leafOf(chat.getSnapshot())).toBe(to);
    });
  }
});

/** XState warns of events to a chat that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}

function startIn(state: State) {
  const harness = startChat(startOf(state));
  harness.take(...ROUTE_TO[state]);
  expect(leafOf(harness.chat.getSnapshot())).toBe(state);
  return harness;
}
