import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { bootMachine } from '../../../machines/boot.machine.ts';
import { NEVER, startBoot } from '../../support/start-boot.ts';
import { entriesOf, leafOf } from '../../support/state-names.ts';
import type { LeafOf } from '../../support/state-names.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

type State = LeafOf<StateValueFrom<typeof bootMachine>>;
type BootHarness = ReturnType<typeof startBoot>;
type EventKey = 'the log appears' | 'the log cannot be watched' | 'cloudInitLimit passes';

/** Boot has no event of its own: what reaches it comes from its actor and from the clock. */
const EVENTS: Record<EventKey, (harness: BootHarness) => void> = {
  'the log appears': ({ boot }) => boot.send({ type: 'xstate.done.actor.awaitCloudInit' }),
  'the log cannot be watched': ({ boot }) => boot.send({ type: 'xstate.error.actor.awaitCloudInit' }),
  'cloudInitLimit passes': ({ clock }) => clock.increment(600_000),
};

/** Not `Partial`: a new state does not compile until each of its cells is decided. */
const NEXT: Record<State, Record<EventKey, State>> = {
  initializing: {
    'the log appears': 'ready',
    'the log cannot be watched': 'ready',
    'cloudInitLimit passes': 'ready',
  },
  ready: {
    'the log appears': 'ready',
    'the log cannot be watched': 'ready',
    'cloudInitLimit passes': 'ready',
  },
};

const coverage = createTransitionCoverage(startBoot(NEVER).boot.logic.root);

describe('boot machine, every state × event', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
  });

  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      it(`${from} × ${key} → ${to}`, () => {
        const harness = startBoot(NEVER, coverage.inspect);
        if (from === 'ready') harness.clock.increment(600_000);
        expect(leafOf(harness.boot.getSnapshot())).toBe(from);

        EVENTS[key](harness);

        expect(leafOf(harness.boot.getSnapshot())).toBe(to);
      });
    }
  }

  it('takes every transition of the machine somewhere', () => {
    expect(coverage.missing()).toEqual([]);
  });
});

/** XState warns of events to a boot that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
