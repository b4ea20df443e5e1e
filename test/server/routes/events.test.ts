import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { StreamRequest } from '../../../src/journal/hub.ts';
import { startApp } from '../../support/fake-engine.ts';

const ID = '000000000007-0123abcd';
const OTHER_ID = '000000000009-0123abcd';

describe('GET /events', () => {
  it('streams what the engine streams, uncached and unbuffered', async () => {
    const { request } = startApp({ events: { open: async () => Readable.from(['id: 1\n\n', 'id: 2\n\n']) } });

    const response = await request('/events');

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(await response.text()).toBe('id: 1\n\nid: 2\n\n');
  });

  it.each<[string, Record<string, string>, StreamRequest]>([
    ['', {}, { partial: false }],
    [`?after=${ID}`, {}, { after: ID, partial: false }],
    ['', { 'last-event-id': ID }, { after: ID, partial: false }],
    [`?after=${OTHER_ID}`, { 'last-event-id': ID }, { after: ID, partial: false }],
    [`?after=${OTHER_ID}`, { 'last-event-id': '' }, { after: OTHER_ID, partial: false }],
    ['?after=', {}, { after: '', partial: false }],
    ['?after=no-such-id', {}, { after: 'no-such-id', partial: false }],
    ['?chatId=c%2F1&partial=true', {}, { chatId: 'c/1', partial: true }],
    ['?types=chat.created,error&later=1', {}, { types: new Set(['chat.created', 'error']), partial: false }],
  ])('%s with %j opens the stream it asks for', async (query, headers, expected) => {
    const opened: StreamRequest[] = [];
    const open = async (options: StreamRequest) => (opened.push(options), Readable.from(['']));

    await request(`/events${query}`, headers);

    expect(opened).toEqual([expected]);

    function request(path: string, sent: Record<string, string>) {
      return startApp({ events: { open } }).request(path, { headers: sent });
    }
  });

  it('carries actors and what hooks print in the same stream when they are asked for', async () => {
    const open = async () => Readable.from(['id: 1\n\n', 'id: 2\n\n'], { objectMode: false });
    const actors = { list: () => [], follow: () => endless('event: snapshot\ndata: {}\n\n') };
    const logs = async () => endless('event: line\ndata: [app] done\n\n');
    const { request } = startApp({ events: { open }, actors, hooks: { logs } });

    const answer = await (await request('/events?also=actors,hookOutput')).text();

    expect(answer.split('\n\n').toSorted()).toEqual([
      '',
      'event: line\ndata: [app] done',
      'event: snapshot\ndata: {}',
      'id: 1',
      'id: 2',
    ]);
  });

  it('?also= with something else is a 400 that says what there is', async () => {
    const response = await startApp().request('/events?also=actors,plans');

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'validation_failed',
      error: expect.stringContaining('must be actors or hookOutput'),
    });
  });

  it.each(['', 'chat.created,nonsense', 'chat.created,'])(
    '?types=%s is a 400 that names the stranger',
    async (types) => {
      const response = await startApp().request(`/events?types=${types}`);

      const stranger = JSON.stringify(types.split(',').at(-1));
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        error: `The request is not valid. types: there is no event type ${stranger}.`,
        code: 'validation_failed',
        context: { issues: [{ path: 'types', message: `there is no event type ${stranger}` }] },
      });
    },
  );

  it('closes the stream when the client leaves', async () => {
    const stream = new Readable({ read: () => {} });
    stream.push('id: 1\n\n');
    const response = await startApp({ events: { open: async () => stream } }).request('/events');
    const reader = response.body?.getReader();

    await reader?.read();
    await reader?.cancel();

    await expect.poll(() => stream.destroyed).toBe(true);
  });

  it('closes the stream at once when only the headers were asked for', async () => {
    const stream = new Readable({ read: () => {} });

    const response = await startApp({ events: { open: async () => stream } }).request('/events', {
      method: 'HEAD',
    });

    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.destroyed).toBe(true);
  });
});

/** Says something, then nothing for ever. */
function endless(text: string): Readable {
  const stream = new Readable({ read: () => {} });
  stream.push(text);
  return stream;
}
