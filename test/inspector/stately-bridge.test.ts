import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createActor, setup } from 'xstate';
import { bridgeToStately } from '../../src/inspector/stately-bridge.ts';
import { findFreePort } from '../support/free-port.ts';

const LAMP = setup({
  types: {} as { context: { accessToken: string }; events: { type: 'press' } | { type: 'agent.said' } },
}).createMachine({
  id: 'lamp',
  context: () => ({ accessToken: 'of nobody else' }),
  initial: 'off',
  states: { off: { on: { press: { target: 'on' } } }, on: { on: { 'agent.said': {} } } },
});

it("tells Stately's inspector of actors and their steps, without secrets and without what agents print", async () => {
  const port = await findFreePort();
  const server = createInspectorServer({ port, autoOpen: false });
  onTestFinished(() => server.stop());
  const url = `ws://127.0.0.1:${port}`;
  const received: StatelyInspectionEvent[] = [];
  createWebSocketReceiver({ server: url }).subscribe((event) => received.push(event));
  const lamp = createActor(LAMP).start();

  const stop = await bridgeToStately(lamp, { url, redact: (text) => text, onTrouble: fail });
  onTestFinished(stop);
  lamp.send({ type: 'press' });
  lamp.send({ type: 'agent.said' });
  lamp.send({ type: 'press' });

  const told = () =>
    received.flatMap((event) => ('event' in event ? [`${event.type} ${event.event.type}`] : [event.type]));
  await vi.waitFor(
    () => expect(told().filter((text) => text === '@xstate.event press')).toHaveLength(2),
    10_000,
  );
  expect(told()).toContain('@xstate.actor');
  expect(told().filter((text) => text.includes('agent.said'))).toEqual([]);
  expect(JSON.stringify(received)).not.toContain('of nobody else');
});

function fail(error: unknown): never {
  throw error;
}
