import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StateValueFrom } from 'xstate';
import type { engineMachine } from '../../../machines/engine.machine.ts';
import type { EngineCommand } from '../../../machines/engine.setup.ts';
import { BOOT, create, restore, startEngineMachine } from '../../support/start-engine-machine.ts';
import type { EngineStep } from '../../support/start-engine-machine.ts';
import { entriesOf, leafOf } from '../../support/state-names.ts';
import type { LeafOf } from '../../support/state-names.ts';

type State = Exclude<LeafOf<StateValueFrom<typeof engineMachine>>, 'serving.entering'>;
type ActorKey =
  `${'boot' | 'chat' | 'hooks' | 'outbox'} ${'done' | 'failed'}` | 'credential failed' | 'login failed';
type EventKey = Exclude<EngineCommand['type'], `xstate.${string}`> | ActorKey;

const EVENTS: Record<EventKey, EngineCommand> = {
  'chat.create': create('two'),
  'chat.restore': restore('two'),
  'storage.low': { type: 'storage.low' },
  'storage.recovered': { type: 'storage.recovered' },
  'restartWindow.elapsed': { type: 'restartWindow.elapsed', chatId: 'one' },
  'engine.drain': { type: 'engine.drain' },
  'engine.handOver': { type: 'engine.handOver' },
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
  'outbox done': { type: 'xstate.done.actor.outbox', actorId: 'outbox' },
  'outbox failed': { type: 'xstate.error.actor.outbox', actorId: 'outbox', error: 'broken' },
};

const OUTBOX_DONE: EngineCommand = { type: 'xstate.done.actor.outbox', actorId: 'outbox' };

const ROUTE_TO: Record<State, EngineStep[]> = {
  booting: [create('one')],
  'serving.running': [create('one'), BOOT],
  'serving.holding': [create('one'), BOOT, { type: 'storage.low' }],
  'draining.ending': [create('one'), BOOT, { type: 'engine.drain' }],
  'draining.telling': [BOOT, { type: 'engine.drain' }],
  stopped: [BOOT, { type: 'engine.drain' }, OUTBOX_DONE],
  handedOver: [create('one'), BOOT, { type: 'engine.handOver' }],
};

/** Not `Partial`: a new state or event does not compile until each of its cells is decided. */
const NEXT: Record<State, Record<EventKey, State>> = {
  booting: {
    'chat.create': 'booting',
    'chat.restore': 'booting',
    'storage.low': 'booting',
    'storage.recovered': 'booting',
    'restartWindow.elapsed': 'booting',
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
  },
  'serving.running': {
    'chat.create': 'serving.running',
    'chat.restore': 'serving.running',
    'storage.low': 'serving.holding',
    'storage.recovered': 'serving.running',
    'restartWindow.elapsed': 'serving.running',
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
  },
  'serving.holding': {
    'chat.create': 'serving.holding',
    'chat.restore': 'serving.holding',
    'storage.low': 'serving.holding',
    'storage.recovered': 'serving.running',
    'restartWindow.elapsed': 'serving.holding',
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
  },
  'draining.ending': {
    'chat.create': 'draining.ending',
    'chat.restore': 'draining.ending',
    'storage.low': 'draining.ending',
    'storage.recovered': 'draining.ending',
    'restartWindow.elapsed': 'draining.ending',
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
  },
  'draining.telling': {
    'chat.create': 'draining.telling',
    'chat.restore': 'draining.telling',
    'storage.low': 'draining.telling',
    'storage.recovered': 'draining.telling',
    'restartWindow.elapsed': 'draining.telling',
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
  },
  stopped: {
    'chat.create': 'stopped',
    'chat.restore': 'stopped',
    'storage.low': 'stopped',
    'storage.recovered': 'stopped',
    'restartWindow.elapsed': 'stopped',
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
  },
  handedOver: {
    'chat.create': 'handedOver',
    'chat.restore': 'handedOver',
    'storage.low': 'handedOver',
    'storage.recovered': 'handedOver',
    'restartWindow.elapsed': 'handedOver',
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
  },
};

describe('engine machine, every state × event', () => {
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(ignoreLateEvents);
  });

  for (const [from, row] of entriesOf(NEXT)) {
    for (const [key, to] of entriesOf(row)) {
      it(`${from} × ${key} → ${to}`, () => {
        const { engine, take } = startEngineMachine();
        take(...ROUTE_TO[from]);
        expect(leafOf(engine.getSnapshot())).toBe(from);

        take(EVENTS[key]);

        expect(leafOf(engine.getSnapshot())).toBe(to);
      });
    }
  }
});

/** XState warns of events to an engine that is over; these tests send them on purpose. */
function ignoreLateEvents(): void {
  return undefined;
}
