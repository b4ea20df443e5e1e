import { describe, expect, it } from 'vitest';
import { getSimplePaths } from 'xstate/graph';
import { bootMachine } from '../../../machines/boot.machine.ts';
import { startBoot } from '../../support/start-boot.ts';

const EVENTS = [
  { type: 'xstate.after.cloudInitLimit.boot.initializing' },
  { type: 'xstate.after.repositoriesLimit.boot.discoveringRepositories' },
  ...['awaitCloudInit', 'discoverRepositories', 'runStartHooks'].flatMap((actor) => [
    { type: `xstate.done.actor.${actor}` },
    { type: `xstate.error.actor.${actor}` },
  ]),
];
const STATES = ['initializing', 'discoveringRepositories', 'runningHooks', 'ready'];

const paths = getSimplePaths(bootMachine, { events: EVENTS });

describe('boot machine, along every path', () => {
  for (const { steps } of paths) {
    const events = steps.slice(1).map((step) => step.event); // the first step is `xstate.init`
    const route = events.map(({ type }) => type.replace('xstate.', '')).join(' → ') || 'start';

    it(`${route}: each state is announced once, in order, and the engine as ready exactly when boot is over`, () => {
      const { boot, emitted } = startBoot();

      for (const event of events) boot.send(event);

      const isOver = boot.getSnapshot().status === 'done';
      const announced = emitted.flatMap((event) => {
        if (event.type === 'error') return [];
        return event.type === 'boot.changed' ? event.payload.state : event.type;
      });
      expect(announced).toEqual([...STATES.slice(0, events.length + 1), ...(isOver ? ['engine.ready'] : [])]);
    });
  }

  it('knows each way: three out of waiting and out of looking, two out of the hooks', () => {
    expect(paths).toHaveLength(1 + 3 + 3 * 3 + 3 * 3 * 2);
  });
});
