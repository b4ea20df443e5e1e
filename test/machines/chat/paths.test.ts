import { describe, expect, it } from 'vitest';
import { answered, said } from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';
import type { ChatStep } from '../../support/start-chat.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';
import { entriesOf } from '../../support/state-names.ts';
import { EVENTS, ROUTE_TO, startOf, type State } from './matrix-cells.ts';
import { INVARIANTS } from './walk/invariants.ts';
import { walkChat } from './walk/walk.ts';
import type { Walk } from './walk/walk.ts';

const WALKS = 400;
const STEPS = 40;

// The graph has no end (queues, requests), so it is walked at random, the same way each time.
const coverage = createTransitionCoverage(startChat().chat.logic.root);
const walks = Array.from({ length: WALKS }, (_, seed) => walkChat(seed, STEPS, coverage.inspect));

describe('chat machine, along random walks', () => {
  for (const [title, invariant] of Object.entries(INVARIANTS)) {
    it(title, () => {
      expect(shortestViolation(invariant)).toEqual(undefined);
    });
  }

  it('takes every transition of the machine somewhere, walks and matrix together', () => {
    for (const [state] of entriesOf(ROUTE_TO)) {
      for (const event of Object.values(EVENTS)) takeCell(state, event);
    }
    // Rare moves in a row.
    takeCell('running.probing', 30_000);
    takeCell('overBudget.asking', said(null, { selfDirected: true }), answered('budget-1'));
    takeCell('running.working', said('m1', { openTools: 1 }), 600_000);

    expect(coverage.missing()).toEqual([]);
  });
});

function takeCell(state: State, ...steps: ChatStep[]): void {
  const { chat, take } = startChat(startOf(state), coverage.inspect);
  take(...ROUTE_TO[state]);
  if (chat.getSnapshot().status === 'active') take(...steps);
}

function shortestViolation(invariant: (walk: Walk) => string[]) {
  const violations = walks.flatMap((walk) => {
    const wrong = invariant(walk);
    return wrong.length === 0 ? [] : [{ route: walk.route, wrong }];
  });
  return violations.toSorted((one, other) => one.route.length - other.route.length)[0];
}
