import type { Readable } from 'node:stream';
import { expect, it, onTestFinished, vi } from 'vitest';
import { assign, createActor, setup } from 'xstate';
import { ActorFrameSchema, type ActorFrame } from '../../src/contract/actors.ts';
import { ActorSteps } from '../../src/inspector/actor-steps.ts';
import { ActorWatch } from '../../src/inspector/actor-watch.ts';
import { Watcher } from '../../src/inspector/watcher.ts';
import { createFrameParser, type Frame } from '../support/sse-frames.ts';

const LAMP = setup({
  types: {} as { context: { presses: number }; events: { type: 'press' } | { type: 'break' } },
  actions: { count: assign({ presses: ({ context }) => context.presses + 1 }) },
}).createMachine({
  id: 'lamp',
  context: { presses: 0 },
  initial: 'off',
  states: {
    off: { on: { press: { target: 'on', actions: 'count' } } },
    on: { initial: 'bright', on: { press: { actions: 'count' } }, states: { bright: {} } },
  },
});

const ROOM = setup({
  types: {} as { events: { type: 'leave' } },
  actors: { lamp: LAMP },
}).createMachine({
  id: 'room',
  initial: 'lit',
  states: { lit: { invoke: { id: 'lamp', src: 'lamp' }, on: { leave: { target: 'dark' } } }, dark: {} },
});

it('lists the actors with their places, states and contexts', () => {
  const { watch } = enterRoom();

  expect(watch.list()).toEqual([
    {
      path: 'room',
      id: 'room',
      parent: null,
      children: ['room/lamp'],
      machine: 'the-room',
      status: 'active',
      states: ['lit'],
      context: {},
    },
    {
      path: 'room/lamp',
      id: 'lamp',
      parent: 'room',
      children: [],
      machine: null,
      status: 'active',
      states: ['off'],
      context: { presses: 0 },
    },
  ]);
});

it('sends a watcher everything, then what changed with the steps that led there, equal ones counted', async () => {
  const { watch, room } = enterRoom();
  const frames = collect(watch.follow());
  const { lamp } = room.getSnapshot().children;

  for (let press = 0; press < 4; press += 1) lamp?.send({ type: 'press' });

  await vi.waitFor(() => expect(frames.map(({ event }) => event)).toEqual(['snapshot', 'change']));
  const change = frameOf(frames[1]);
  expect(change.actors).toMatchObject([
    { path: 'room/lamp', states: ['on', 'on.bright'], context: { presses: 4 } },
  ]);
  expect(change.steps).toMatchObject([
    {
      actor: 'room/lamp',
      event: 'press',
      transitions: ['lamp.off:press:0'],
      states: ['on', 'on.bright'],
      count: 1,
    },
    {
      actor: 'room/lamp',
      event: 'press',
      transitions: ['lamp.on:press:0'],
      states: ['on', 'on.bright'],
      count: 3,
    },
  ]);
});

it('says which actors are gone', async () => {
  const { watch, room } = enterRoom();
  const frames = collect(watch.follow());

  room.send({ type: 'leave' });

  await vi.waitFor(() => expect(frames).toHaveLength(2));
  expect(frameOf(frames[1])).toMatchObject({
    gone: ['room/lamp'],
    actors: [{ path: 'room', states: ['dark'] }],
  });
});

it('leaves out the oldest steps when there are more than anybody can look at, and says how many', () => {
  const steps = new ActorSteps();

  for (let number = 0; number < 203; number += 1) {
    const step = { at: NOW, actor: 'room', event: `event ${number}`, transitions: [], states: [] };
    steps.add(step);
    steps.add(step);
  }

  const taken = steps.take();
  expect(taken.steps.map(({ event }) => event)).toEqual(
    Array.from({ length: 200 }, (_, index) => `event ${index + 3}`),
  );
  expect(taken.dropped).toBe(6);
});

it('listens to the actors only while somebody watches', async () => {
  const { watch, room } = enterRoom();
  const unsubscribe = vi.fn();
  const inspect = vi.spyOn(room.system, 'inspect').mockReturnValue({ unsubscribe });

  watch.list();
  expect(inspect).not.toHaveBeenCalled();
  const [one, other] = [watch.follow(), watch.follow()];
  expect(inspect).toHaveBeenCalledTimes(1);
  one.destroy();
  await vi.waitFor(() => expect(one.closed).toBe(true));
  expect(unsubscribe).not.toHaveBeenCalled();
  other.destroy();
  await vi.waitFor(() => expect(unsubscribe).toHaveBeenCalledTimes(1));
});

it('keeps a bounded amount for a watcher who does not read, who then gets everything anew', async () => {
  const watcher = new Watcher({ snapshot: () => EVERYTHING, onClose: () => undefined });
  for (let frame = 0; frame < 100; frame += 1) watcher.tell(EVERYTHING);
  const held = watcher.readable.readableLength;
  for (let frame = 0; frame < 100; frame += 1) watcher.tell(EVERYTHING);

  expect(watcher.readable.readableLength).toBe(held);
  const frames = collect(watcher.readable);
  await vi.waitFor(() => expect(frames.at(-1)?.event).toBe('snapshot'));
});

const NOW = '2026-01-01T00:00:00.000Z';
const EVERYTHING: ActorFrame = {
  actors: [],
  gone: Array.from({ length: 200 }, () => 'g'.repeat(100)),
  steps: [],
  dropped: 0,
};

function enterRoom() {
  const room = createActor(ROOM);
  room.start();
  const watch = new ActorWatch(room, {
    machineNames: new Map([['room', 'the-room']]),
    redact: (text) => text,
    onTrouble: (error) => expect.fail(String(error)),
  });
  onTestFinished(() => {
    watch.close();
    room.stop();
  });
  return { room, watch };
}

function collect(stream: Readable): Frame[] {
  const frames: Frame[] = [];
  const parse = createFrameParser();
  stream.on('data', (chunk: Buffer) =>
    frames.push(...parse(chunk.toString()).filter(({ data }) => data !== null)),
  );
  onTestFinished(() => void stream.destroy());
  return frames;
}

function frameOf(frame: Frame | undefined): ActorFrame {
  return ActorFrameSchema.parse(JSON.parse(frame?.data ?? ''));
}
