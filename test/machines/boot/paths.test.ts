import { describe, expect, it } from 'vitest';
import { getSimplePaths } from 'xstate/graph';
import { bootMachine } from '../../../machines/boot.machine.ts';
import { startBoot } from '../../support/start-boot.ts';

const EVENTS = [
  { type: 'xstate.after.cloudInitLimit.boot.initializing' },
  { type: 'xstate.after.repositoriesLimit.boot.discoveringRepositories' },
  ...['awaitCloudInit', 'restoreRepositories', 'discoverRepositories', 'runStartHooks'].flatMap((actor) => [
    { type: `xstate.done.actor.${actor}` },
    { type: `xstate.error.actor.${actor}` },
  ]),
];
const STATES = ['initializing', 'discoveringRepositories', 'runningHooks', 'ready'];
const MOVED_STATES = STATES.toSpliced(1, 0, 'restoring');

describe.each([
  { of: 'of a workspace that was here', wasMoved: false, states: STATES, ways: 1 + 3 + 3 * 3 + 3 * 3 * 2 },
  {
    of: 'of one that came from another machine',
    wasMoved: true,
    states: MOVED_STATES,
    ways: 1 + 3 + 3 * 2 + 3 * 2 * 3 + 3 * 2 * 3 * 2,
  },
])('boot machine, along every path $of', ({ wasMoved, states, ways }) => {
  const paths = getSimplePaths(bootMachine.provide({ guards: { wasMoved: () => wasMoved } }), {
    events: EVENTS,
  });

  for (const { steps } of paths) {
    const events = steps.slice(1).map((step) => step.event); // the first step is `xstate.init`
    const route = events.map(({ type }) => type.replace('xstate.', '')).join(' → ') || 'start';

    it(`${route}: each state is announced once, in order, and the engine as ready exactly when boot is over`, () => {
      const { boot, emitted } = startBoot({}, { wasMoved });

      for (const event of events) boot.send(event);

      const isOver = boot.getSnapshot().status === 'done';
      const announced = emitted.flatMap((event) => {
        if (event.type === 'error') return [];
        return event.type === 'boot.changed' ? event.payload.state : event.type;
      });
      expect(announced).toEqual([...states.slice(0, events.length + 1), ...(isOver ? ['engine.ready'] : [])]);
    });
  }

  it('knows each way: three out of waiting and out of looking, two out of the others', () => {
    expect(paths).toHaveLength(ways);
  });
});
