import { describe, expect, it } from 'vitest';
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
import { entriesOf } from '../../support/state-names.ts';

type State = StateValueFrom<typeof loginMachine>;
type EventKey =
  | 'refused'
  | 'key refused'
  | 'changed'
  | 'recalled'
  | 'recall fails'
  | 'first refresh is over'
  | 'first refresh fails'
  | 'refresh under way brought another'
  | 'refresh under way brought none'
  | 'refresh under way fails'
  | 'another was issued'
  | 'none was issued, another is left'
  | 'none was issued, none is left'
  | 'refresh fails'
  | 'next is in place'
  | 'next cannot be put in place';

/** Of an actor that runs only in some states: elsewhere its end has no addressee. */
interface Cell {
  event: LoginEvent;
  only?: State;
}

/** Refusals are of somebody who runs with an older environment, or with the one of now, which holds a key. */
const EVENTS: Record<EventKey, Cell> = {
  refused: { event: rejected([KEY]) },
  'key refused': { event: rejected([KEY], true) },
  changed: { event: changed([ANOTHER]) },
  recalled: { event: recalled(['x']), only: 'unknown' },
  'recall fails': {
    event: { type: 'xstate.error.actor.recall', error: new Error('broken') },
    only: 'unknown',
  },
  'first refresh is over': { event: done('firstRefresh', ALL), only: 'unknown' },
  'first refresh fails': { event: failed('firstRefresh'), only: 'unknown' },
  'refresh under way brought another': { event: done('refreshUnderWay', [ANOTHER]), only: 'settling' },
  'refresh under way brought none': { event: done('refreshUnderWay', ALL), only: 'settling' },
  'refresh under way fails': { event: failed('refreshUnderWay'), only: 'settling' },
  'another was issued': { event: done('refresh', [ANOTHER, KEY]), only: 'refreshing' },
  'none was issued, another is left': { event: done('refresh', ALL), only: 'refreshing' },
  'none was issued, none is left': { event: done('refresh', ALL.slice(0, 1)), only: 'refreshing' },
  'refresh fails': { event: failed('refresh'), only: 'refreshing' },
  'next is in place': { event: done('use', ALL), only: 'fallingBack' },
  'next cannot be put in place': { event: failed('use'), only: 'fallingBack' },
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

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. */
const NEXT: Record<State, Record<EventKey, State>> = {
  unknown: {
    ...staying('unknown'),
    'first refresh is over': 'ready',
    'first refresh fails': 'ready',
  },
  ready: { ...staying('ready'), refused: 'settling', 'key refused': 'settling' },
  settling: {
    ...staying('settling'),
    'refresh under way brought another': 'renewed',
    'refresh under way brought none': 'refreshing',
    'refresh under way fails': 'refreshing',
  },
  refreshing: {
    ...staying('refreshing'),
    'another was issued': 'renewed',
    'none was issued, another is left': 'fallingBack',
    'none was issued, none is left': 'refused',
    'refresh fails': 'refused',
  },
  fallingBack: {
    ...staying('fallingBack'),
    'next is in place': 'renewed',
    'next cannot be put in place': 'refused',
  },
  renewed: { ...staying('renewed'), 'key refused': 'settling' },
  refused: { ...staying('refused'), 'key refused': 'settling', changed: 'ready' },
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

const DAY = 86_400_000;

describe('login machine, every state × event', () => {
  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      it(`${from} × ${key} → ${to}`, () => {
        const { take, state } = startIn(from);
        const { event, only = from } = EVENTS[key];

        if (only === from) take(event);

        expect(state()).toBe(to);
      });
    }
  }
});

describe('login machine, every state left alone', () => {
  for (const [from, end] of entriesOf(LEFT_ALONE)) {
    it(
      end === null ? `${from} waits for its work, or for ever` : `${from} after ${end[0]} ms → ${end[1]}`,
      () => {
        const { take, state } = startIn(from);
        const [limit, to] = end ?? [DAY, from];

        take(limit - 1);
        expect(state()).toBe(from);
        take(1);

        expect(state()).toBe(to);
      },
    );
  }
});

function startIn(state: State) {
  const harness = startLogin();
  harness.take(...ROUTE_TO[state]);
  expect(harness.state()).toBe(state);
  return harness;
}

function staying(state: State): Record<EventKey, State> {
  return Object.fromEntries(Object.keys(EVENTS).map((key) => [key, state])) as Record<EventKey, State>;
}
