import { describe, expect, it } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { engineMachine } from '../../../machines/engine.machine.ts';
import type { EngineCommand } from '../../../machines/engine.events.ts';
import {
  BOOT,
  breakOf,
  create,
  doneOf,
  quietMachine,
  restore,
  startEngineMachine,
  workOf,
  type EngineStep,
} from '../../support/start-engine-machine.ts';
import { StateMatrix } from '../../support/state-matrix.ts';
import { entriesOf, leafIn, type LeafIn } from '../../support/state-names.ts';

type Work = Exclude<LeafIn<StateValueFrom<typeof engineMachine>, 'active.work'>, 'serving.entering'>;
type ActorKey =
  | `${'boot' | 'chat' | 'archive' | 'copyWorkspace' | 'finishTurns' | 'hooks' | 'mirror' | 'outbox'} ${'done' | 'failed'}`
  | 'credential failed'
  | 'login failed';
type EventKey = Exclude<EngineCommand['type'], `xstate.${string}`> | ActorKey;

const EVENTS: Record<EventKey, EngineCommand> = {
  'chat.create': create('two'),
  'chats.restore': restore('two'),
  'storage.low': { type: 'storage.low' },
  'storage.recovered': { type: 'storage.recovered' },
  'budget.set': { type: 'budget.set', budget: { turns: 1 } },
  'budget.raise': { type: 'budget.raise', to: undefined },
  'workspace.used': {
    type: 'workspace.used',
    limits: { budget: { turns: 1 } },
    used: { usd: 0, tokens: 0, turns: 1 },
    at: '2026-01-01T00:00:00.000Z',
  },
  'restartWindow.elapsed': { type: 'restartWindow.elapsed', chatId: 'one' },
  'engine.drain': { type: 'engine.drain' },
  'engine.handOver': { type: 'engine.handOver' },
  'engine.fence': { type: 'engine.fence' },
  'engine.move': { type: 'engine.move', limitMs: 1_000 },
  'finishTurns done': doneOf('finishTurns'),
  'finishTurns failed': breakOf('finishTurns'),
  'copyWorkspace done': doneOf('copyWorkspace'),
  'copyWorkspace failed': breakOf('copyWorkspace'),
  'mirror.begin': { type: 'mirror.begin' },
  'archive.begin': { type: 'archive.begin' },
  'boot done': doneOf('boot'),
  'boot failed': breakOf('boot'),
  'chat done': doneOf('one'),
  'chat failed': breakOf('one'),
  'hooks done': doneOf('startHooks'),
  'hooks failed': breakOf('startHooks'),
  'credential failed': breakOf('credential.claude'),
  'login failed': breakOf('login.claude'),
  'mirror done': doneOf('mirror'),
  'mirror failed': breakOf('mirror'),
  'archive done': doneOf('archive'),
  'archive failed': breakOf('archive'),
  'outbox done': doneOf('outbox'),
  'outbox failed': breakOf('outbox'),
};

const {
  'mirror.begin': MIRROR,
  'archive.begin': ARCHIVE,
  'engine.drain': DRAIN,
  'engine.move': MOVE,
} = EVENTS;
const { 'outbox done': OUTBOX_DONE, 'finishTurns done': FINISHED } = EVENTS;

const ROUTE_TO: Record<Work, EngineStep[]> = {
  booting: [create('one')],
  'serving.running': [create('one'), BOOT],
  'serving.holding': [create('one'), BOOT, { type: 'storage.low' }],
  'moving.finishing': [create('one'), BOOT, MOVE],
  'moving.copying': [create('one'), BOOT, MOVE, FINISHED],
  moved: [create('one'), BOOT, MOVE, FINISHED, EVENTS['copyWorkspace done']],
  'draining.ending': [create('one'), BOOT, DRAIN],
  'draining.telling': [BOOT, DRAIN],
  'draining.copying': [MIRROR, BOOT, DRAIN, OUTBOX_DONE],
  stopped: [BOOT, DRAIN, OUTBOX_DONE],
  handedOver: [create('one'), BOOT, { type: 'engine.handOver' }],
};

const ENDS = {
  'engine.drain': 'draining.ending',
  'engine.fence': 'draining.ending',
  'engine.handOver': 'handedOver',
} as const;

const MOVES: Record<Work, Partial<Record<EventKey, Work>>> = {
  booting: { ...ENDS, 'boot done': 'serving.running' },
  'serving.running': {
    ...ENDS,
    'engine.move': 'moving.finishing',
    'storage.low': 'serving.holding',
  },
  'serving.holding': {
    ...ENDS,
    'engine.move': 'moving.finishing',
    'storage.recovered': 'serving.running',
  },
  'moving.finishing': {
    ...ENDS,
    'finishTurns done': 'moving.copying',
    'finishTurns failed': 'serving.running',
  },
  'moving.copying': {
    ...ENDS,
    'copyWorkspace done': 'moved',
    'copyWorkspace failed': 'serving.running',
  },
  moved: ENDS,
  'draining.ending': {
    'engine.handOver': 'handedOver',
    'chat done': 'draining.telling',
    'chat failed': 'draining.telling',
  },
  'draining.telling': {
    'engine.handOver': 'handedOver',
    'engine.fence': 'stopped',
    'outbox done': 'stopped',
    'outbox failed': 'stopped',
  },
  'draining.copying': {
    'engine.handOver': 'handedOver',
    'mirror done': 'stopped',
    'mirror failed': 'stopped',
  },
  stopped: {},
  handedOver: {},
};

new StateMatrix({
  start: () => startEngineMachine(),
  stateOf: ({ engine }) => workOf(engine) as Work,
  routes: ROUTE_TO,
  events: EVENTS,
  moves: MOVES,
}).describe('the work of the engine machine, every state × event');

/** A region beside the work: where each of its states leads, by the events that it knows. */
interface Region<State extends string> {
  name: 'archive' | 'storage' | 'hooks' | 'mirror' | 'outbox';
  routes: Record<State, EngineStep[]>;
  next: Record<State, Partial<Record<EventKey, State>>>;
}

const OVER = { going: {}, over: {} };

/** Another event changes nothing in a region but the ends of the whole, which leave it. */
const REGIONS: Region<string>[] = [
  {
    name: 'storage',
    routes: { roomy: [create('one')], low: [create('one'), { type: 'storage.low' }] },
    next: { roomy: { 'storage.low': 'low' }, low: { 'storage.recovered': 'roomy' } },
  },
  {
    name: 'hooks',
    routes: { going: [create('one')], over: [create('one'), EVENTS['hooks done']] },
    next: { ...OVER, going: { 'hooks done': 'over', 'hooks failed': 'going' } },
  },
  {
    name: 'hooks',
    routes: { going: [create('one'), DRAIN] },
    next: { going: { 'hooks done': 'over', 'hooks failed': 'over' } },
  },
  {
    name: 'outbox',
    routes: { going: [create('one')], over: [create('one'), OUTBOX_DONE] },
    next: { ...OVER, going: { 'outbox done': 'over', 'outbox failed': 'going', 'engine.fence': 'over' } },
  },
  {
    name: 'outbox',
    routes: { going: [create('one'), DRAIN] },
    next: { going: { 'outbox done': 'over', 'outbox failed': 'over', 'engine.fence': 'over' } },
  },
  {
    name: 'archive',
    routes: { absent: [create('one')], going: [create('one'), ARCHIVE] },
    next: {
      absent: { 'archive.begin': 'going' },
      going: { 'archive done': 'absent', 'archive failed': 'going', 'engine.fence': 'absent' },
    },
  },
  {
    name: 'archive',
    routes: { going: [create('one'), ARCHIVE, DRAIN] },
    next: { going: { 'archive done': 'absent', 'archive failed': 'absent', 'engine.fence': 'absent' } },
  },
  {
    name: 'mirror',
    routes: { absent: [create('one')], going: [create('one'), MIRROR] },
    next: {
      absent: { 'mirror.begin': 'going' },
      going: { 'mirror done': 'absent', 'mirror failed': 'going' },
    },
  },
  {
    name: 'mirror',
    routes: { going: [create('one'), MIRROR, DRAIN] },
    next: { going: { 'mirror done': 'absent', 'mirror failed': 'absent' } },
  },
];

describe('what is beside the work, every state × event', () => {
  for (const { name, routes, next } of REGIONS) {
    for (const [from, route] of entriesOf(routes)) {
      for (const key of keysOf(EVENTS)) {
        const to = endOf(key) ?? next[from]?.[key] ?? from;
        it(`${name} ${from}${route.includes(DRAIN) ? ' in a drain' : ''} × ${key} → ${to}`, () => {
          const { engine, take } = startEngineMachine(undefined, quietMachine);
          take(...route);
          expect(leafIn(engine.getSnapshot(), `active.${name}`)).toBe(from);

          take(EVENTS[key]);

          expect(leafIn(engine.getSnapshot(), `active.${name}`)).toBe(to);
        });
      }
    }
  }
});

function endOf(key: EventKey): string | undefined {
  return key === 'engine.handOver' ? 'handedOver' : undefined;
}

function keysOf<Key extends string>(record: Record<Key, unknown>): Key[] {
  return Object.keys(record) as Key[];
}
