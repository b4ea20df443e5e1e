import { expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { observe } from '../../src/inspector/observe.ts';

it('lets what it listens to go on when the listener breaks, and tells of that once', () => {
  const lamp = createActor(
    setup({ types: {} as { events: { type: 'press' } } }).createMachine({
      initial: 'off',
      states: { off: { on: { press: { target: 'on' } } }, on: { on: { press: { target: 'off' } } } },
    }),
  ).start();
  const troubles: unknown[] = [];
  const broken = new Error('It has no eyes.');
  const fail = () => {
    throw broken;
  };

  observe(lamp, fail, (error) => troubles.push(error));
  lamp.send({ type: 'press' });

  expect(lamp.getSnapshot()).toMatchObject({ status: 'active', value: 'on' });
  expect(troubles).toEqual([broken]);
});
