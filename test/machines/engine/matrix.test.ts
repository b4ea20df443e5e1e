import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { engineMachine } from '../../../machines/engine.machine.ts';
import type { EngineCommand } from '../../../machines/engine.events.ts';
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
  'finishTurns done': { type: 'xstate.done.actor.finishTurns', actorId: 'finishTurns' },
  'finishTurns failed': { type: 'xstate.error.actor.finishTurns', actorId: 'finishTurns', error: 'broken' },
  'copyWorkspace done': { type: 'xstate.done.actor.copyWorkspace', actorId: 'copyWorkspace' },
  'copyWorkspace failed': {
    type: 'xstate.error.actor.copyWorkspace',
    actorId: 'copyWorkspace',
    error: 'broken',
  },
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

const MOVE: EngineCommand = { type: 'engine.move', limitMs: 1_000 };

const FINISHED: EngineCommand = { type: 'xstate.done.actor.finishTurns', actorId: 'finishTurns' };

const ROUTE_TO: Record<Work, EngineStep[]> = {
  booting: [create('one')],
  'serving.running': [create('one'), BOOT],
  'serving.holding': [create('one'), BOOT, { type: 'storage.low' }],
  'moving.finishing': [create('one'), BOOT, MOVE],
  'moving.copying': [create('one'), BOOT, MOVE, FINISHED],
  moved: [create('one'), BOOT, MOVE, FINISHED, EVENTS['copyWorkspace done']],
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
    'chats.restore': 'booting',
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
    'engine.move': 'booting',
    'finishTurns done': 'booting',
    'finishTurns failed': 'booting',
    'copyWorkspace done': 'booting',
    'copyWorkspace failed': 'booting',
  },
  'serving.running': {
    'chat.create': 'serving.running',
    'chats.restore': 'serving.running',
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
    'engine.move': 'moving.finishing',
    'finishTurns done': 'serving.running',
    'finishTurns failed': 'serving.running',
    'copyWorkspace done': 'serving.running',
    'copyWorkspace failed': 'serving.running',
  },
  'serving.holding': {
    'chat.create': 'serving.holding',
    'chats.restore': 'serving.holding',
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
    'engine.move': 'moving.finishing',
    'finishTurns done': 'serving.holding',
    'finishTurns failed': 'serving.holding',
    'copyWorkspace done': 'serving.holding',
    'copyWorkspace failed': 'serving.holding',
  },
  'moving.finishing': {
    'chat.create': 'moving.finishing',
    'chats.restore': 'moving.finishing',
    'storage.low': 'moving.finishing',
    'storage.recovered': 'moving.finishing',
    'restartWindow.elapsed': 'moving.finishing',
    'budget.set': 'moving.finishing',
    'budget.raise': 'moving.finishing',
    'workspace.used': 'moving.finishing',
    'engine.drain': 'draining.ending',
    'engine.handOver': 'handedOver',
    'boot done': 'moving.finishing',
    'boot failed': 'moving.finishing',
    'chat done': 'moving.finishing',
    'chat failed': 'moving.finishing',
    'hooks done': 'moving.finishing',
    'hooks failed': 'moving.finishing',
    'credential failed': 'moving.finishing',
    'login failed': 'moving.finishing',
    'outbox done': 'moving.finishing',
    'outbox failed': 'moving.finishing',
    'engine.fence': 'draining.ending',
    'mirror.begin': 'moving.finishing',
    'archive.begin': 'moving.finishing',
    'mirror done': 'moving.finishing',
    'archive done': 'moving.finishing',
    'mirror failed': 'moving.finishing',
    'archive failed': 'moving.finishing',
    'engine.move': 'moving.finishing',
    'finishTurns done': 'moving.copying',
    'finishTurns failed': 'serving.running',
    'copyWorkspace done': 'moving.finishing',
    'copyWorkspace failed': 'moving.finishing',
  },
  'moving.copying': {
    'chat.create': 'moving.copying',
    'chats.restore': 'moving.copying',
    'storage.low': 'moving.copying',
    'storage.recovered': 'moving.copying',
    'restartWindow.elapsed': 'moving.copying',
    'budget.set': 'moving.copying',
    'budget.raise': 'moving.copying',
    'workspace.used': 'moving.copying',
    'engine.drain': 'draining.ending',
    'engine.handOver': 'handedOver',
    'boot done': 'moving.copying',
    'boot failed': 'moving.copying',
    'chat done': 'moving.copying',
    'chat failed': 'moving.copying',
    'hooks done': 'moving.copying',
    'hooks failed': 'moving.copying',
    'credential failed': 'moving.copying',
    'login failed': 'moving.copying',
    'outbox done': 'moving.copying',
    'outbox failed': 'moving.copying',
    'engine.fence': 'draining.ending',
    'mirror.begin': 'moving.copying',
    'archive.begin': 'moving.copying',
    'mirror done': 'moving.copying',
    'archive done': 'moving.copying',
    'mirror failed': 'moving.copying',
    'archive failed': 'moving.copying',
    'engine.move': 'moving.copying',
    'finishTurns done': 'moving.copying',
    'finishTurns failed': 'moving.copying',
    'copyWorkspace done': 'moved',
    'copyWorkspace failed': 'serving.running',
  },
  moved: {
    'chat.create': 'moved',
    'chats.restore': 'moved',
    'storage.low': 'moved',
    'storage.recovered': 'moved',
    'restartWindow.elapsed': 'moved',
    'budget.set': 'moved',
    'budget.raise': 'moved',
    'workspace.used': 'moved',
    'engine.drain': 'draining.ending',
    'engine.handOver': 'handedOver',
    'boot done': 'moved',
    'boot failed': 'moved',
    'chat done': 'moved',
    'chat failed': 'moved',
    'hooks done': 'moved',
    'hooks failed': 'moved',
    'credential failed': 'moved',
    'login failed': 'moved',
    'outbox done': 'moved',
    'outbox failed': 'moved',
    'engine.fence': 'draining.ending',
    'mirror.begin': 'moved',
    'archive.begin': 'moved',
    'mirror done': 'moved',
    'archive done': 'moved',
    'mirror failed': 'moved',
    'archive failed': 'moved',
    'engine.move': 'moved',
    'finishTurns done': 'moved',
    'finishTurns failed': 'moved',
    'copyWorkspace done': 'moved',
    'copyWorkspace failed': 'moved',
  },
  'draining.ending': {
    'chat.create': 'draining.ending',
    'chats.restore': 'draining.ending',
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
    'engine.move': 'draining.ending',
    'finishTurns done': 'draining.ending',
    'finishTurns failed': 'draining.ending',
    'copyWorkspace done': 'draining.ending',
    'copyWorkspace failed': 'draining.ending',
  },
  'draining.telling': {
    'chat.create': 'draining.telling',
    'chats.restore': 'draining.telling',
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
    'engine.move': 'draining.telling',
    'finishTurns done': 'draining.telling',
    'finishTurns failed': 'draining.telling',
    'copyWorkspace done': 'draining.telling',
    'copyWorkspace failed': 'draining.telling',
  },
  'draining.copying': {
    'chat.create': 'draining.copying',
    'chats.restore': 'draining.copying',
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
    'engine.move': 'draining.copying',
    'finishTurns done': 'draining.copying',
    'finishTurns failed': 'draining.copying',
    'copyWorkspace done': 'draining.copying',
    'copyWorkspace failed': 'draining.copying',
  },
  stopped: {
    'chat.create': 'stopped',
    'chats.restore': 'stopped',
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
    'engine.move': 'stopped',
    'finishTurns done': 'stopped',
    'finishTurns failed': 'stopped',
    'copyWorkspace done': 'stopped',
    'copyWorkspace failed': 'stopped',
  },
  handedOver: {
    'chat.create': 'handedOver',
    'chats.restore': 'handedOver',
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
    'engine.move': 'handedOver',
    'finishTurns done': 'handedOver',
    'finishTurns failed': 'handedOver',
    'copyWorkspace done': 'handedOver',
    'copyWorkspace failed': 'handedOver',
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
