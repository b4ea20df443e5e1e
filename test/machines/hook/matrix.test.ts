import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { HookEvent } from '../../../machines/hook.events.ts';
import type { hookMachine } from '../../../machines/hook.machine.ts';
import {
  COMMAND_ENDED,
  FAILED,
  PRINTED,
  SHUTDOWN,
  TIMEOUT_MS,
  ended,
  startHook,
  started,
  type HookStep,
} from '../../support/start-hook.ts';
import { entriesOf, leafOf } from '../../support/state-names.ts';
import type { LeafOf } from '../../support/state-names.ts';

/** `choosing` decides at once where to go on, so that no event ever meets it. */
type State = Exclude<LeafOf<StateValueFrom<typeof hookMachine>>, 'choosing'>;
type EventKey = HookEvent['type'];

const EVENTS: Record<EventKey, HookEvent> = {
  'shell.started': started(),
  'command.ended': COMMAND_ENDED,
  'output.printed': PRINTED,
  'shell.ended': ended(0),
  'shell.failed': FAILED,
  'hook.shutdown': SHUTDOWN,
};

const ROUTE_TO: Record<State, HookStep[]> = {
  'active.launching': [],
  'active.running': [started()],
  'active.timingOut': [started(), TIMEOUT_MS],
  'active.stopping': [started(), SHUTDOWN],
  ended: [started(), ended(0), started(), ended(0)],
  stopped: [started(), SHUTDOWN, ended(null)],
};

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. */
const NEXT: Record<State, Record<EventKey, State>> = {
  'active.launching': {
    'shell.started': 'active.running',
    'command.ended': 'active.launching',
    'output.printed': 'active.launching',
    'shell.ended': 'active.launching', // of the next command
    'shell.failed': 'active.launching', // of the next command
    'hook.shutdown': 'active.stopping',
  },
  'active.running': {
    'shell.started': 'active.running',
    'command.ended': 'active.running',
    'output.printed': 'active.running',
    'shell.ended': 'active.launching',
    'shell.failed': 'active.launching',
    'hook.shutdown': 'active.stopping',
  },
  'active.timingOut': {
    'shell.started': 'active.timingOut',
    'command.ended': 'active.timingOut',
    'output.printed': 'active.timingOut',
    'shell.ended': 'active.launching',
    'shell.failed': 'active.launching',
    'hook.shutdown': 'active.timingOut',
  },
  'active.stopping': {
    'shell.started': 'active.stopping',
    'command.ended': 'active.stopping',
    'output.printed': 'active.stopping',
    'shell.ended': 'stopped',
    'shell.failed': 'stopped',
    'hook.shutdown': 'active.stopping',
  },
  ended: {
    'shell.started': 'ended',
    'command.ended': 'ended',
    'output.printed': 'ended',
    'shell.ended': 'ended',
    'shell.failed': 'ended',
    'hook.shutdown': 'ended',
  },
  stopped: {
    'shell.started': 'stopped',
    'command.ended': 'stopped',
    'output.printed': 'stopped',
    'shell.ended': 'stopped',
    'shell.failed': 'stopped',
    'hook.shutdown': 'stopped',
  },
};

/** Where each state leads when nothing happens for so many milliseconds; null: nowhere. */
const LEFT_ALONE: Record<State, [number, State] | null> = {
  'active.launching': null,
  'active.running': [TIMEOUT_MS, 'active.timingOut'],
  'active.timingOut': [10_000, 'active.launching'],
  'active.stopping': [10_000, 'stopped'],
  ended: null,
  stopped: null,
};

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
});

describe('hook machine, every state × event', () => {
  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      it(`${from} × ${key} → ${to}`, () => {
        const { hook, take } = startIn(from);

        take(EVENTS[key]);

        expect(leafOf(hook.getSnapshot())).toBe(to);
      });
    }
  }
});

describe('hook machine, every state left alone', () => {
  for (const [from, next] of entriesOf(LEFT_ALONE)) {
    const [limit, to] = next ?? [24 * 3_600_000, from];

    it(`${from} after ${limit} ms → ${to}`, () => {
      const { hook, take } = startIn(from);

      take(limit - 1);
      expect(leafOf(hook.getSnapshot())).toBe(from);
      take(1);

      expect(leafOf(hook.getSnapshot())).toBe(to);
    });
  }
});

function startIn(state: State) {
  const harness = startHook();
  harness.take(...ROUTE_TO[state]);
  expect(leafOf(harness.hook.getSnapshot())).toBe(state);
  return harness;
}

/** XState warns of events to a hook that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
