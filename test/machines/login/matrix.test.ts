import type { StateValueFrom } from 'xstate';
import type { loginMachine } from '../../../machines/login.machine.ts';
import type { LoginEvent } from '../../../machines/login.setup.ts';
import {
  ALL,
  ANOTHER,
  KEY,
  changed,
  done,
  failed,
  recalled,
  rejected,
  startLogin,
  type LoginStep,
} from '../../support/start-login.ts';
import { StateMatrix } from '../../support/state-matrix.ts';

type State = StateValueFrom<typeof loginMachine>;
type EventKey = keyof typeof EVENTS;

/** What comes of its actors. */
const ENDS = {
  recalled: recalled(['x']),
  'recall fails': { type: 'xstate.error.actor.recall', error: new Error('broken') },
  'first refresh is over': done('firstRefresh', ALL),
  'first refresh fails': failed('firstRefresh'),
  'refresh under way brought another': done('refreshUnderWay', [ANOTHER]),
  'refresh under way brought none': done('refreshUnderWay', ALL),
  'refresh under way fails': failed('refreshUnderWay'),
  'another was issued': done('refresh', [ANOTHER, KEY]),
  'none was issued, another is left': done('refresh', ALL),
  'none was issued, none is left': done('refresh', ALL.slice(0, 1)),
  'refresh fails': failed('refresh'),
  'next is in place': done('use', ALL),
  'next cannot be put in place': failed('use'),
} satisfies Record<string, LoginEvent>;

/** Refusals are of somebody who runs with an older environment, or with the one of now, which holds a key. */
const EVENTS = {
  refused: rejected([KEY]),
  'key refused': rejected([KEY], true),
  changed: changed([ANOTHER]),
  ...ENDS,
};

const READY: LoginStep[] = [recalled(), done('firstRefresh', ALL)];
const REFRESHING: LoginStep[] = [...READY, rejected(ALL), done('refreshUnderWay', ALL)];

const ROUTE_TO: Record<State, LoginStep[]> = {
  unknown: [],
  ready: READY,
  settling: [...READY, rejected(ALL)],
  refreshing: REFRESHING,
  fallingBack: [...REFRESHING, done('refresh', ALL)],
  renewed: [...REFRESHING, done('refresh', [ANOTHER, KEY])],
  refused: [...REFRESHING, failed('refresh')],
};

const MOVES: Record<State, Partial<Record<EventKey, State>>> = {
  unknown: {
    recalled: 'unknown',
    'recall fails': 'unknown',
    'first refresh is over': 'ready',
    'first refresh fails': 'ready',
  },
  ready: { refused: 'settling', 'key refused': 'settling' },
  settling: {
    'refresh under way brought another': 'renewed',
    'refresh under way brought none': 'refreshing',
    'refresh under way fails': 'refreshing',
  },
  refreshing: {
    'another was issued': 'renewed',
    'none was issued, another is left': 'fallingBack',
    'none was issued, none is left': 'refused',
    'refresh fails': 'refused',
  },
  fallingBack: { 'next is in place': 'renewed', 'next cannot be put in place': 'refused' },
  renewed: { 'key refused': 'settling' },
  refused: { 'key refused': 'settling', changed: 'ready' },
};

/** How long each state lasts when nothing happens, and where it leads then; `null`: for good. */
const LEFT_ALONE: Record<State, [number, State] | null> = {
  unknown: [10_000, 'ready'],
  ready: null,
  settling: null,
  refreshing: null,
  fallingBack: null,
  renewed: [1_000, 'ready'],
  refused: [1_000, 'ready'],
};

const matrix = new StateMatrix({
  start: startLogin,
  stateOf: ({ state }) => state(),
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
  ends: Object.keys(ENDS) as EventKey[],
});

matrix.describe('login machine, every state × event');
matrix.describeLeftAlone('login machine, every state left alone', LEFT_ALONE);
