import { beforeAll, describe, expect, it } from 'vitest';
import type { SnapshotFrom } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { engineMachine } from '../../../machines/engine.machine.ts';
import type { EngineCommand } from '../../../machines/engine.events.ts';
import {
  breakOf,
  create,
  doneOf,
  quietMachine,
  restore,
  startEngineMachine,
  workOf,
} from '../../support/start-engine-machine.ts';
import type { EngineHarness, EngineStep } from '../../support/start-engine-machine.ts';
import { routeOf } from '../../support/steps.ts';
import { createTransitionCoverage } from '../../support/transition-coverage.ts';

type Snapshot = SnapshotFrom<typeof engineMachine>;

const EVENTS: EngineCommand[] = [
  create('one'),
  restore('one'),
  { type: 'budget.set', budget: { turns: 1 } },
  { type: 'budget.raise', to: undefined },
  { type: 'workspace.used', limits: { budget: null }, used: { usd: 0, tokens: 0, turns: 1 }, at: '' },
  { type: 'storage.low' },
  { type: 'storage.recovered' },
  { type: 'engine.drain' },
  { type: 'engine.handOver' },
  { type: 'engine.move', limitMs: 5_000 },
  { type: 'mirror.begin' },
  { type: 'engine.fence' },
  ...['finishTurns', 'copyWorkspace', 'boot', 'startHooks', 'outbox', 'mirror', 'one'].flatMap((actorId) => [
    doneOf(actorId),
    breakOf(actorId),
  ]),
  { type: 'restartWindow.elapsed', chatId: 'one' },
];

/**
 * Chats are created once, only a chat that lives can end or crash, and only a crash can be forgotten. Hooks are over when
 * the engine drains; that they fail is looked at then, and without a chat. The outbox is over when it has been told to
 * tell what is left. The mirror begins before there is a chat. A budget leads nowhere, so it is set while the engine boots.
 * The workspace is given away when nothing else has happened yet.
 */
function possibleEvents({ value, context }: Snapshot): EngineCommand[] {
  const { chatIds, crashes } = context;
  const [areHooksOver, isOutboxOver] = [isIn(value, 'hooks: over'), isIn(value, 'outbox: over')];
  const isDraining = isIn(value, 'draining');
  const isMirroring = isIn(value, 'mirror: going');
  const isTelling = isDraining && areHooksOver && chatIds.length === 0;
  const isMoving = /work: (?:\{moving|moved)/.test(nameOf(value));
  return EVENTS.filter((event) => {
    if (isMoving && !/^(?:engine|storage)\.|\.(?:finishTurns|copyWorkspace)$/.test(event.type)) return false;
    if (event.type === 'chat.create' || event.type === 'chats.restore') return !chatIds.includes('one');
    if (event.type.startsWith('budget.') || event.type === 'workspace.used')
      return isIn(value, 'work: booting');
    if (event.type === 'restartWindow.elapsed') return (crashes['one'] ?? 0) > 0;
    if (event.type === 'engine.move')
      return chatIds.length + Object.keys(crashes).length === 0 && !isMirroring;
    if (event.type.endsWith('.actor.finishTurns')) return isIn(value, 'finishing');
    if (event.type.endsWith('.actor.copyWorkspace')) return isIn(value, 'moving: copying');
    if (event.type === 'mirror.begin') return !isMirroring && !isDraining && chatIds.length === 0;
    if (event.type.endsWith('.actor.mirror')) return isMirroring;
    if (event.type.endsWith('.actor.outbox')) return isTelling && !isOutboxOver;
    if (event.type === 'xstate.done.actor.startHooks') return isDraining && !areHooksOver;
    if (event.type === 'xstate.error.actor.startHooks') {
      return !areHooksOver && (isDraining || chatIds.length === 0);
    }
    return !('actorId' in event) || event.actorId === 'boot' || chatIds.includes(event.actorId);
  });
}

/** Whether the engine is in that state, wherever it lies; of a region, `region: state`. */
function isIn(value: Snapshot['value'], state: string): boolean {
  return nameOf(value).includes(state);
}

function nameOf(value: Snapshot['value']): string {
  return JSON.stringify(value).replaceAll('"', '').replaceAll(':', ': ');
}

const paths = getShortestPaths(engineMachine, {
  events: possibleEvents,
  serializeState: ({ value, context: { crashes, chatIds } }) =>
    JSON.stringify([value, chatIds, crashes['one']]),
  stopWhen: ({ tags, value, context }) =>
    tags.has('over') ||
    (context.crashes['one'] ?? 0) > 4 ||
    (isIn(value, 'hooks: over') && !isIn(value, 'draining')),
});

const coverage = createTransitionCoverage(quietMachine.root);
const walked: { route: string; harness: EngineHarness }[] = [];

/** Every shortest path, and every event (another chat, a long time) after each. */
beforeAll(() => {
  for (const { steps, state } of paths) {
    const events = steps.slice(1).map((step) => step.event); // the first step is `xstate.init`
    walk(events);
    const isOver = state.tags.has('over');
    for (const last of [...(isOver ? [] : possibleEvents(state)), create('two'), restore('two'), 9_000])
      walk([...events, last]);
  }
  walk([{ type: 'mirror.begin' }, ...Array.from({ length: 4 }, () => breakOf('mirror'))]);
  const archived: EngineStep[] = [{ type: 'archive.begin' }];
  const archiveOver = doneOf('archive');
  walk([...archived, ...Array.from({ length: 4 }, () => breakOf('archive'))]);
  walk([...archived, { type: 'engine.fence' }]);
  walk([...archived, { type: 'engine.drain' }, archiveOver]);
  walk([...archived, { type: 'engine.drain' }, breakOf('archive')]);
  for (const actorId of ['credential.claude', 'login.claude', 'startHooks', 'outbox', 'boot'])
    walk(Array.from({ length: 4 }, () => breakOf(actorId)));
}, 180_000);

function walk(route: EngineStep[]): void {
  const harness = startEngineMachine(coverage.inspect, quietMachine);
  harness.take(...route);
  walked.push({ route: routeOf(route), harness });
}

describe('engine machine, along every shortest path and one event more', () => {
  it('knows exactly the chats that live', () => {
    expect(
      violationsOf(({ engine }) => {
        const { children, context, value } = engine.getSnapshot();
        const living = Object.keys(children).filter(
          (id) =>
            !/^(?:archive|boot|copyWorkspace|finishTurns|startHooks|outbox|mirror|(?:credential|login)\..+)$/.test(
              id,
            ),
        );
        // Those that end while the engine drains stay on the list of its children.
        const known = isIn(value, 'active') && !isIn(value, 'draining') ? living : context.chatIds;
        return (
          JSON.stringify(living.filter((id) => known.includes(id)).toSorted()) ===
          JSON.stringify(context.chatIds.toSorted())
        );
      }),
    ).toEqual([]);
  });

  it('lets turns start exactly while it serves and the disk has room, and each chat knows until it is told to end', () => {
    expect(
      violationsOf(({ engine, chat }) => {
        const snapshot = engine.getSnapshot();
        if (snapshot.hasTag('over') || snapshot.matches({ active: { work: 'draining' } })) return true;
        const mayStart = snapshot.matches({ active: { work: { serving: 'running' } } });
        const known = snapshot.context.chatIds.map((id) => chat(id)?.getSnapshot().context.mayStart);
        return known.every((told) => told === mayStart);
      }),
    ).toEqual([]);
  });

  it('holds turns exactly while it serves and the disk is full', () => {
    expect(
      violationsOf(({ engine }) => {
        const snapshot = engine.getSnapshot();
        if (!snapshot.matches({ active: { work: 'serving' } })) return true;
        const isHolding = snapshot.matches({ active: { work: { serving: 'holding' } } });
        return isHolding === snapshot.matches({ active: { storage: 'low' } });
      }),
    ).toEqual([]);
  });

  it('never fails, whatever its chats do', () => {
    expect(violationsOf(({ engine }) => engine.getSnapshot().status !== 'error')).toEqual([]);
  });

  it('stops only when no chat is left, or time is up', () => {
    expect(
      violationsOf(({ engine, clock }) => {
        const snapshot = engine.getSnapshot();
        return !snapshot.matches('stopped') || snapshot.context.chatIds.length === 0 || clock.now() >= 9_000;
      }),
    ).toEqual([]);
  });

  it('takes every transition of the machine somewhere', () => {
    expect(coverage.missing()).toEqual([]);
  });
});

function violationsOf(isFine: (harness: EngineHarness) => boolean): string[] {
  return walked.flatMap(({ route, harness }) =>
    isFine(harness) ? [] : [`${route}: ${workOf(harness.engine)}`],
  );
}
