import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { engineMachine } from '../../../machines/engine.machine.ts';
import type { EngineCommand } from '../../../machines/engine.setup.ts';
import {
  BOOT,
  create,
  quietMachine,
  restore,
  startEngineMachine,
  workOf,
} from '../../support/start-engine-machine.ts';
import type { EngineStep } from '../../support/start-engine-machine.ts';
import { entriesOf, leafIn } from '../../support/state-names.ts';
import type { LeafIn } from '../../support/state-names.ts';

type Work = Exclude<LeafIn<StateValueFrom<typeof engineMachine>, 'active.work'>, 'serving.entering'>;
type ActorKey =
  | `${'boot' | 'chat' | 'archive' | 'hooks' | 'mirror' | 'outbox'} ${'done' | 'failed'}`
  | 'credential failed'
  | 'login failed';
type EventKey = Exclude<EngineCommand['type'], `xstate.${string}`> | ActorKey;

const EVENTS: Record<EventKey, EngineCommand> = {
  'chat.create': create('two'),
  'chat.restore': restore('two'),
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
  'mirror.begin': { type: 'mirror.begin' },
  'archive.begin': { type: 'archive.begin' },
  'boot done': { type: 'xstate.done.actor.boot', actorId: 'boot' },
  'boot failed': { type: 'xstate.error.actor.boot', actorId: 'boot', error: 'broken' },
  'chat done': { type: 'xstate.done.actor.one', actorId: 'one' },
  'chat failed': { type: 'xstate.error.actor.one', actorId: 'one', error: 'broken' },
  'hooks done': { type: 'xstate.done.actor.startHooks', actorId: 'startHooks' },
  'hooks failed': { type: 'xstate.error.actor.startHooks', actorId: 'startHooks', error: 'broken' },
  'credential failed': {
    type: 'xstate.error.actor.credential.claude',
    actorId: 'credential.claude',
    error: 'broken',
  },
  'login failed': { type: 'xstate.error.actor.login.claude', actorId: 'login.claude', error: 'broken' },
  'mirror done': { type: 'xstate.done.actor.mirror', actorId: 'mirror' },
  'mirror failed': { type: 'xstate.error.actor.mirror', actorId: 'mirror', error: 'broken' },
  'archive done': { type: 'xstate.done.actor.archive', actorId: 'archive' },
  'archive failed': { type: 'xstate.error.actor.archive', actorId: 'archive', error: 'broken' },
  'outbox done': { type: 'xstate.done.actor.outbox', actorId: 'outbox' },
  'outbox failed': { type: 'xstate.error.actor.outbox', actorId: 'outbox', error: 'broken' },
};

const OUTBOX_DONE: EngineCommand = { type: 'xstate.done.actor.outbox', actorId: 'outbox' };

const MIRROR: EngineCommand = { type: 'mirror.begin' };

const ARCHIVE: EngineCommand = { type: 'archive.begin' };

const DRAIN: EngineCommand = { type: 'engine.drain' };

const ROUTE_TO: Record<Work, EngineStep[]> = {
  booting: [create('one')],
  'serving.running': [create('one'), BOOT],
  'serving.holding': [create('one'), BOOT, { type: 'storage.low' }],
  'draining.ending': [create('one'), BOOT, { type: 'engine.drain' }],
  'draining.telling': [BOOT, { type: 'engine.drain' }],
  'draining.copying': [MIRROR, BOOT, { type: 'engine.drain' }, OUTBOX_DONE],
  stopped: [BOOT, { type: 'engine.drain' }, OUTBOX_DONE],
  handedOver: [create('one'), BOOT, { type: 'engine.handOver' }],
};

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. */
const NEXT: Record<Work, Record<EventKey, Work>> = {
  booting: {
    'chat.create': 'booting',
    'chat.restore': 'booting',
    'storage.low': 'booting',
    'storage.recovered': 'booting',
    'restartWindow.elapsed': 'booting',
    'budget.set': 'booting',
    'budget.raise': 'booting',
    'workspace.used': 'booting',
    'engine.drain': 'draining.ending',
    'engine.handOver': 'handedOver',
    'boot done': 'serving.running',
    'boot failed': 'booting',
    'chat done': 'booting',
    'chat failed': 'booting',
    'hooks done': 'booting',
    'hooks failed': 'booting',
    'credential failed': 'booting',
    'login failed': 'booting',
    'outbox done': 'booting',
    'outbox failed': 'booting',
    'engine.fence': 'draining.ending',
    'mirror.begin': 'booting',
    'archive.begin': 'booting',
    'mirror done': 'booting',
    'archive done': 'booting',
    'mirror failed': 'booting',
    'archive failed': 'booting',
  },
  'serving.running': {
    'chat.create': 'serving.running',
    'chat.restore': 'serving.running',
    'storage.low': 'serving.holding',
    'storage.recovered': 'serving.running',
    'restartWindow.elapsed': 'serving.running',
    'budget.set': 'serving.running',
    'budget.raise': 'serving.running',
    'workspace.used': 'serving.running',
    'engine.drain': 'draining.ending',
    'engine.handOver': 'handedOver',
    'boot done': 'serving.running',
    'boot failed': 'serving.running',
    'chat done': 'serving.running',
    'chat failed': 'serving.running',
    'hooks done': 'serving.running',
    'hooks failed': 'serving.running',
    'credential failed': 'serving.running',
    'login failed': 'serving.running',
    'outbox done': 'serving.running',
    'outbox failed': 'serving.running',
    'engine.fence': 'draining.ending',
    'mirror.begin': 'serving.running',
    'archive.begin': 'serving.running',
    'mirror done': 'serving.running',
    'archive done': 'serving.running',
    'mirror failed': 'serving.running',
    'archive failed': 'serving.running',
  },
  'serving.holding': {
    'chat.create': 'serving.holding',
    'chat.restore': 'serving.holding',
    'storage.low': 'serving.holding',
    'storage.recovered': 'serving.running',
    'restartWindow.elapsed': 'serving.holding',
    'budget.set': 'serving.holding',
    'budget.raise': 'serving.holding',
    'workspace.used': 'serving.holding',
    'engine.drain': 'draining.ending',
    'engine.handOver': 'handedOver',
    'boot done': 'serving.holding',
    'boot failed': 'serving.holding',
    'chat done': 'serving.holding',
    'chat failed': 'serving.holding',
    'hooks done': 'serving.holding',
    'hooks failed': 'serving.holding',
    'credential failed': 'serving.holding',
    'login failed': 'serving.holding',
    'outbox done': 'serving.holding',
    'outbox failed': 'serving.holding',
    'engine.fence': 'draining.ending',
    'mirror.begin': 'serving.holding',
    'archive.begin': 'serving.holding',
    'mirror done': 'serving.holding',
    'archive done': 'serving.holding',
    'mirror failed': 'serving.holding',
    'archive failed': 'serving.holding',
  },
  'draining.ending': {
    'chat.create': 'draining.ending',
    'chat.restore': 'draining.ending',
    'storage.low': 'draining.ending',
    'storage.recovered': 'draining.ending',
    'restartWindow.elapsed': 'draining.ending',
    'budget.set': 'draining.ending',
    'budget.raise': 'draining.ending',
    'workspace.used': 'draining.ending',
    'engine.drain': 'draining.ending',
    'engine.handOver': 'handedOver',
    'boot done': 'draining.ending',
    'boot failed': 'draining.ending',
    'chat done': 'draining.telling',
    'chat failed': 'draining.telling',
    'hooks done': 'draining.ending',
    'hooks failed': 'draining.ending',
    'outbox done': 'draining.ending',
    'outbox failed': 'draining.ending',
    'credential failed': 'draining.ending',
    'login failed': 'draining.ending',
    'engine.fence': 'draining.ending',
    'mirror.begin': 'draining.ending',
    'archive.begin': 'draining.ending',
    'mirror done': 'draining.ending',
    'archive done': 'draining.ending',
    'mirror failed': 'draining.ending',
    'archive failed': 'draining.ending',
  },
  'draining.telling': {
    'chat.create': 'draining.telling',
    'chat.restore': 'draining.telling',
    'storage.low': 'draining.telling',
    'storage.recovered': 'draining.telling',
    'restartWindow.elapsed': 'draining.telling',
    'budget.set': 'draining.telling',
    'budget.raise': 'draining.telling',
    'workspace.used': 'draining.telling',
    'engine.drain': 'draining.telling',
    'engine.handOver': 'handedOver',
    'boot done': 'draining.telling',
    'boot failed': 'draining.telling',
    'chat done': 'draining.telling',
    'chat failed': 'draining.telling',
    'hooks done': 'draining.telling',
    'hooks failed': 'draining.telling',
    'outbox done': 'stopped',
    'outbox failed': 'stopped',
    'credential failed': 'draining.telling',
    'login failed': 'draining.telling',
    'engine.fence': 'stopped',
    'mirror.begin': 'draining.telling',
    'archive.begin': 'draining.telling',
    'mirror done': 'draining.telling',
    'archive done': 'draining.telling',
    'mirror failed': 'draining.telling',
    'archive failed': 'draining.telling',
  },
  'draining.copying': {
    'chat.create': 'draining.copying',
    'chat.restore': 'draining.copying',
    'storage.low': 'draining.copying',
    'storage.recovered': 'draining.copying',
    'restartWindow.elapsed': 'draining.copying',
    'budget.set': 'draining.copying',
    'budget.raise': 'draining.copying',
    'workspace.used': 'draining.copying',
    'engine.drain': 'draining.copying',
    'engine.handOver': 'handedOver',
    'boot done': 'draining.copying',
    'boot failed': 'draining.copying',
    'chat done': 'draining.copying',
    'chat failed': 'draining.copying',
    'hooks done': 'draining.copying',
    'hooks failed': 'draining.copying',
    'outbox done': 'draining.copying',
    'outbox failed': 'draining.copying',
    'credential failed': 'draining.copying',
    'login failed': 'draining.copying',
    'engine.fence': 'draining.copying',
    'mirror.begin': 'draining.copying',
    'archive.begin': 'draining.copying',
    'mirror done': 'stopped',
    'archive done': 'draining.copying',
    'mirror failed': 'stopped',
    'archive failed': 'draining.copying',
  },
  stopped: {
    'chat.create': 'stopped',
    'chat.restore': 'stopped',
    'storage.low': 'stopped',
    'storage.recovered': 'stopped',
    'restartWindow.elapsed': 'stopped',
    'budget.set': 'stopped',
    'budget.raise': 'stopped',
    'workspace.used': 'stopped',
    'engine.drain': 'stopped',
    'engine.handOver': 'stopped',
    'boot done': 'stopped',
    'boot failed': 'stopped',
    'chat done': 'stopped',
    'chat failed': 'stopped',
    'hooks done': 'stopped',
    'hooks failed': 'stopped',
    'credential failed': 'stopped',
    'login failed': 'stopped',
    'outbox done': 'stopped',
    'outbox failed': 'stopped',
    'engine.fence': 'stopped',
    'mirror.begin': 'stopped',
    'archive.begin': 'stopped',
    'mirror done': 'stopped',
    'archive done': 'stopped',
    'mirror failed': 'stopped',
    'archive failed': 'stopped',
  },
  handedOver: {
    'chat.create': 'handedOver',
    'chat.restore': 'handedOver',
    'storage.low': 'handedOver',
    'storage.recovered': 'handedOver',
    'restartWindow.elapsed': 'handedOver',
    'budget.set': 'handedOver',
    'budget.raise': 'handedOver',
    'workspace.used': 'handedOver',
    'engine.drain': 'handedOver',
    'engine.handOver': 'handedOver',
    'boot done': 'handedOver',
    'boot failed': 'handedOver',
    'chat done': 'handedOver',
    'chat failed': 'handedOver',
    'hooks done': 'handedOver',
    'hooks failed': 'handedOver',
    'credential failed': 'handedOver',
    'login failed': 'handedOver',
    'outbox done': 'handedOver',
    'outbox failed': 'handedOver',
    'engine.fence': 'handedOver',
    'mirror.begin': 'handedOver',
    'archive.begin': 'handedOver',
    'mirror done': 'handedOver',
    'archive done': 'handedOver',
    'mirror failed': 'handedOver',
    'archive failed': 'handedOver',
  },
};

describe('the work of the engine machine, every state × event', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
  });

  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      it(`${from} × ${key} → ${to}`, () => {
        const { engine, take } = startEngineMachine();
        take(...ROUTE_TO[from]);
        expect(workOf(engine)).toBe(from);

        take(EVENTS[key]);

        expect(workOf(engine)).toBe(to);
      });
    }
  }
});

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

/** XState warns of events to an engine that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
