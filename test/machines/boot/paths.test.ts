import { describe, expect, it } from 'vitest';
import { getSimplePaths } from 'xstate/graph';
import { bootMachine } from '../../../machines/boot.machine.ts';
import { NEVER, startBoot } from '../../support/start-boot.ts';

const EVENTS = [
  { type: 'xstate.done.actor.awaitCloudInit' },
  { type: 'xstate.error.actor.awaitCloudInit' },
  { type: 'xstate.after.cloudInitLimit.boot.initializing' },
];

const paths = getSimplePaths(bootMachine, { events: EVENTS });

describe('boot machine, along every path', () => {
  for (const { steps } of paths) {
    const events = steps.slice(1).map((step) => step.event); // the first step is `xstate.init`
    const route = events.map(({ type }) => type).join(' → ') || 'start';

    it(`${route}: the engine is announced as ready once, exactly when boot is over`, () => {
      const { boot, emitted } = startBoot(NEVER);

      for (const event of events) boot.send(event);

      const isOver = boot.getSnapshot().status === 'done';
      expect(emitted.map(({ type }) => type)).toEqual(isOver ? ['boot.changed', 'engine.ready'] : []);
    });
  }

  it('knows each way out of waiting', () => {
    expect(paths).toHaveLength(EVENTS.length + 1);
  });
});
