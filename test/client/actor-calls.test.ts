import { expect, it } from 'vitest';
import type { ActorView, ConnectionChange } from '../../src/client/client.ts';
import { createTestClient, json, networkFailure, stream, take } from './stand-in.ts';

const ENGINE: ActorView = {
  path: 'engine',
  id: 'engine',
  parent: null,
  children: [],
  machine: 'engine',
  status: 'active',
  states: ['serving'],
  context: {},
};

it('lists the actors and reads the drawing of a machine', async () => {
  const { client, arrivals } = createTestClient([json({ actors: [ENGINE] }), () => new Response('<svg/>')]);

  expect(await client.actors.list()).toEqual([ENGINE]);
  expect(await client.actors.drawing('start-hooks')).toBe('<svg/>');
  expect(arrivals.map(({ path }) => path)).toEqual(['/actors', '/machines/start-hooks?format=svg']);
});

it('follows the actors, and begins with all of them again after a break', async () => {
  const { client, arrivals } = createTestClient([
    stream([framed('snapshot', [ENGINE]), ': ping\n\n', framed('change', [])], 'breaks'),
    networkFailure,
    stream([framed('snapshot', [ENGINE])], 'stays'),
  ]);
  const changes: ConnectionChange['state'][] = [];
  const onConnection = ({ state }: ConnectionChange) => void changes.push(state);

  const news = await take(client.actors.follow({ onConnection }), 3);

  expect(news.map(({ isSnapshot, actors }) => [isSnapshot, actors.length])).toEqual([
    [true, 1],
    [false, 0],
    [true, 1],
  ]);
  expect(changes).toEqual(['open', 'lost', 'lost', 'open']);
  expect(new Set(arrivals.map(({ path }) => path))).toEqual(new Set(['/actors?follow=true']));
});

it('ends where the engine refuses', async () => {
  const { client } = createTestClient([json({ error: 'No.', code: 'unauthorized' }, 401)]);

  await expect(take(client.actors.follow(), 1)).rejects.toMatchObject({ code: 'unauthorized' });
});

function framed(type: string, actors: ActorView[]): string {
  return `event: ${type}\ndata: ${JSON.stringify({ actors, gone: [], steps: [], dropped: 0 })}\n\n`;
}
