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
import { StateMatrix } from '../../support/state-matrix.ts';
import { leafOf, type LeafOf } from '../../support/state-names.ts';

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

/** The next command follows on the end of the first. */
const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  'active.launching': { 'shell.started': 'active.running', 'hook.shutdown': 'active.stopping' },
  'active.running': {
    'shell.ended': 'active.launching',
    'shell.failed': 'active.launching',
    'hook.shutdown': 'active.stopping',
  },
  'active.timingOut': { 'shell.ended': 'active.launching', 'shell.failed': 'active.launching' },
  'active.stopping': { 'shell.ended': 'stopped', 'shell.failed': 'stopped' },
  ended: {},
  stopped: {},
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

const matrix = new StateMatrix({
  start: (inspect) => startHook({}, inspect),
  stateOf: ({ hook }) => leafOf(hook.getSnapshot()) as State,
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
});

matrix.describe('hook machine, every state × event');
matrix.describeLeftAlone('hook machine, every state left alone', LEFT_ALONE);
