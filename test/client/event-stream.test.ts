import { describe, expect, it } from 'vitest';
import type { ConnectionChange } from '../../src/client/client.ts';
import { createTestClient, deleted, frame, id, json, networkFailure, stream, take } from './stand-in.ts';

describe('a stream of events', () => {
  it('begins behind the cursor that is given', async () => {
    const { client, arrivals } = createTestClient([stream([deleted(8)])]);

    const events = await take(client.events({ after: id(7), types: ['chat.deleted', 'error'] }), 1);

    expect(events).toEqual([
      { id: id(8), ts: '2026-01-01T00:00:00.000Z', type: 'chat.deleted', payload: { chatId: 'chat-8' } },
    ]);
    expect(arrivals.map(({ path }) => path)).toEqual(['/events?types=chat.deleted%2Cerror']);
    expect(arrivals[0]?.headers.get('last-event-id')).toBe(id(7));
  });

  it.each(['ends', 'breaks'] as const)('goes on behind the last event when it %s', async (end) => {
    const torn = deleted(3).slice(0, 40);
    const { client, arrivals } = createTestClient([
      stream([deleted(1), deleted(2), torn], end),
      networkFailure,
      stream([deleted(3)]),
    ]);

    const events = await take(client.events({ after: id(0) }), 3);

    expect(events.map((event) => event.id)).toEqual([id(1), id(2), id(3)]);
    expect(arrivals.map(({ headers }) => headers.get('last-event-id'))).toEqual([id(0), id(2), id(2)]);
  });

  it('goes on behind an id that came without an event', async () => {
    const { client, arrivals } = createTestClient([stream([`id: ${id(5)}\n\n`]), stream([deleted(6)])]);

    await take(client.events(), 1);

    expect(arrivals.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, id(5)]);
  });

  it('keeps its cursor through events that carry no id', async () => {
    const partial = frame(1, 'chat.turn.partial', {
      chatId: 'c',
      messageId: null,
      event: { timestamp: '2026-01-01T00:00:00.000Z', type: 'x', payload: {} },
    }).replace(/^id: .*\n/, '');
    const { client, arrivals } = createTestClient([stream([deleted(1), partial]), stream([deleted(2)])]);

    const events = await take(client.events({ partial: true }), 3);

    expect(events.map(({ type }) => type)).toEqual(['chat.deleted', 'chat.turn.partial', 'chat.deleted']);
    expect(arrivals.at(-1)?.headers.get('last-event-id')).toBe(id(1));
  });

  it.each([
    { name: 'that event is one of them', chunks: [deleted(2), deleted(3)], ids: [id(2)] },
    { name: 'that event was left out', chunks: [deleted(1), `id: ${id(2)}\n\n`], ids: [id(1)] },
    { name: 'what was asked for lies behind it', chunks: [deleted(3)], ids: [] },
  ])('ends behind the event that it is to go up to, when $name', async ({ chunks, ids }) => {
    const { client, arrivals } = createTestClient([stream(chunks, 'stays')]);

    const events = await take(client.events({ after: id(0), until: id(2) }), 10);

    expect(events.map((event) => event.id)).toEqual(ids);
    expect(arrivals.map(({ signal }) => signal?.aborted)).toEqual([true]);
  });

  it('up to an event is empty behind it, and ends with a reset where the engine has nothing to show', async () => {
    const reset = frame(9, 'stream.reset', { reason: 'expired', oldestId: id(8), latestId: id(9) });
    const { client, arrivals } = createTestClient([stream([reset], 'stays')]);

    expect(await take(client.events({ after: id(2), until: id(2) }), 10)).toEqual([]);
    expect(arrivals).toEqual([]);
    const events = await take(client.events({ after: id(1), until: id(2) }), 10);
    expect(events.map(({ type }) => type)).toEqual(['stream.reset']);
  });

  it('tells when it is open, and when it broke', async () => {
    const changes: ConnectionChange[] = [];
    const { client } = createTestClient([networkFailure, stream([deleted(1)]), stream([deleted(2)])]);

    await take(client.events({ onConnection: (change) => changes.push(change) }), 2);

    expect(changes).toEqual([
      {
        state: 'lost',
        error: expect.objectContaining({ code: 'unreachable' }),
        retryInMs: expect.any(Number),
      },
      { state: 'open' },
      { state: 'lost', error: null, retryInMs: expect.any(Number) },
      { state: 'open' },
    ]);
  });

  it('is opened again when nothing arrives for too long', async () => {
    const { client, arrivals } = createTestClient([stream([deleted(1)], 'stays'), stream([deleted(2)])], {
      silenceMs: 20,
    });

    await take(client.events(), 2);

    expect(arrivals).toHaveLength(2);
  });

  it('passes over events that this client does not know', async () => {
    const { client } = createTestClient([stream([frame(1, 'chat.teleported', {}), deleted(2)])]);

    expect((await take(client.events(), 1)).map((event) => event.id)).toEqual([id(2)]);
  });

  it('ends with an error when a known event has another shape', async () => {
    const { client } = createTestClient([stream([frame(1, 'chat.deleted', { chatId: 7 })])]);

    await expect(take(client.events(), 1)).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('ends with an error when the secret is wrong', async () => {
    const { client, arrivals } = createTestClient([json({ error: 'No.', code: 'unauthorized' }, 401)]);

    await expect(take(client.events(), 1)).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
    expect(arrivals).toHaveLength(1);
  });

  it.each(['restoring', 'storage_full'])('waits until the engine can go on, after %s', async (code) => {
    const changes: ConnectionChange[] = [];
    const refused = json({ error: 'Not yet.', code }, 503);
    const { client } = createTestClient([refused, refused, stream([deleted(1)])]);

    await take(client.events({ onConnection: (change) => changes.push(change) }), 1);

    const lost = { state: 'lost', error: expect.objectContaining({ code }), retryInMs: expect.any(Number) };
    expect(changes).toEqual([lost, lost, { state: 'open' }]);
  });

  it('ends with the reason of its signal', async () => {
    const { client } = createTestClient([stream([deleted(1)], 'stays')]);
    const stop = new AbortController();

    const events = client.events({ signal: stop.signal });
    await events.next();
    const next = events.next();
    stop.abort('enough');

    await expect(next).rejects.toBe('enough');
  });

  it('is closed by whoever leaves it', async () => {
    const { client, arrivals } = createTestClient([stream([deleted(1)], 'stays')]);

    await take(client.events(), 1);

    expect(arrivals.map(({ signal }) => signal?.aborted)).toEqual([true]);
  });
});
