import { startChat } from '../../support/start-chat.ts';
import { StateMatrix } from '../../support/state-matrix.ts';
import { leafOf } from '../../support/state-names.ts';
import { EVENTS, ROUTE_TO, startOf, type EventKey, type State } from './matrix-cells.ts';

type Moves = Partial<Record<EventKey, State>>;

const ENDS: Moves = { 'chat.delete': 'stopping', 'chat.shutdown': 'stopping' };

const RESTING: Moves = {
  ...ENDS,
  'message.submit': 'running.starting',
  'request.opened': 'running.awaiting',
  'said end, works on': 'running.working',
  'said works by itself': 'running.working',
  'said, uses up the budget': 'overBudget.asking',
};

const OVER_BUDGET: Moves = {
  ...ENDS,
  'chat.configure, lifts the budget': 'resting.idle',
  'request.opened': 'interrupting',
  'said end, works on': 'interrupting',
  'said works by itself': 'interrupting',
};

const RUNNING: Moves = {
  ...ENDS,
  'turn.interrupt': 'interrupting',
  'workspace.spent': 'interrupting',
  'agent.exited': 'resting.errored',
  'said end': 'resting.idle',
  'said, uses up the budget': 'interrupting',
};

const MOVES: Record<State, Moves> = {
  'resting.idle': RESTING,
  'resting.errored': RESTING,
  'overBudget.asking': {
    ...OVER_BUDGET,
    'request.answer, raises the budget': 'resting.idle',
    'request.answer, keeps the budget': 'overBudget.declined',
  },
  'overBudget.declined': { ...OVER_BUDGET, 'message.submit': 'overBudget.asking' },
  'running.starting': {
    ...ENDS,
    'turn.interrupt': 'resting.idle',
    'workspace.spent': 'overBudget.asking',
    'turn.prepared': 'running.working',
    'agent.exited': 'resting.errored',
    'said, uses up the budget': 'overBudget.asking',
  },
  'running.working': { ...RUNNING, 'request.opened': 'running.awaiting' },
  'running.probing': {
    ...RUNNING,
    'turn.prepared': 'running.working',
    'agent.answered': 'interrupting',
    'agent.stirred': 'running.working',
    'request.opened': 'running.awaiting',
    said: 'running.working',
    'said end, works on': 'running.working',
    'said works by itself': 'running.working',
    'said rests': 'running.working',
  },
  'running.awaiting': {
    ...RUNNING,
    'message.submit': 'interrupting',
    'request.answer': 'running.working',
    'turn.prepared': 'running.working',
    'request.withdrawn': 'running.working',
    'said end, works on': 'running.working',
  },
  interrupting: {
    ...ENDS,
    'turn.prepared': 'resting.idle',
    'agent.exited': 'resting.idle',
    'said end': 'resting.idle',
    'said end, works on': 'running.working',
  },
  stopping: { 'agent.exited': 'deleted' },
  givenUp: { 'chat.delete': 'deleted', 'chat.shutdown': 'stopped' },
  deleted: {},
  stopped: {},
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

const matrix = new StateMatrix({
  start: (_, state: State) => startChat(startOf(state)),
  stateOf: ({ chat }) => leafOf(chat.getSnapshot()) as State,
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
});

matrix.describe('chat machine, every state × event');
matrix.describeLeftAlone('chat machine, every state left alone', LEFT_ALONE);
