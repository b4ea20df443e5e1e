import { expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { ActorEvents } from '../../src/inspector/actor-events.ts';

const LAMP = setup({}).createMachine({
  id: 'lamp',
  initial: 'off',
  on: { unplug: { target: '.gone' } },
  states: {
    off: { on: { press: { target: 'on' } } },
    on: { after: { 60_000: { target: 'off' } } },
    gone: { type: 'final' },
  },
});

it('names the events that a machine takes as it stands, and sends them', () => {
  const actor = createActor(LAMP).start();
  const events = new ActorEvents(actor);

  expect(events.accepted('lamp')).toEqual(['press', 'unplug']);
  events.send('lamp', { type: 'press' });
  expect(actor.getSnapshot().value).toBe('on');
  expect(events.accepted('lamp')).toEqual(['unplug']);
  actor.stop();
});

it('refuses an event that the machine has no use for, and an actor that is not there', () => {
  const events = new ActorEvents(createActor(LAMP).start());

  expect(() => events.send('lamp', { type: 'xstate.stop' })).toThrow(
    '"lamp" does not take "xstate.stop" now; it takes press, unplug.',
  );
  expect(() => events.accepted('lamp/bulb')).toThrow('No actor has the path "lamp/bulb".');
});
