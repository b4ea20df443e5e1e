import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { MachineCatalogue } from '../../../src/inspector/charts/catalogue.ts';
import { startApp } from '../../support/fake-engine.ts';

const { request } = startApp({ machines: new MachineCatalogue({ drawings: 'docs/machines' }) });

describe('GET /machines', () => {
  it('lists every statechart and where to get it', async () => {
    const { machines } = (await (await request('/machines')).json()) as { machines: { name: string }[] };

    expect(machines.map(({ name }) => name)).toContain('chat');
    expect(machines.find(({ name }) => name === 'boot')).toEqual({
      name: 'boot',
      id: 'boot',
      states: 6,
      formats: {
        json: '/machines/boot?format=json',
        mermaid: '/machines/boot?format=mermaid',
        svg: '/machines/boot?format=svg',
      },
    });
  });
});

describe('GET /machines/:name', () => {
  it.each([
    ['/machines/boot', '*/*', 'application/json;charset=UTF-8', /^\{\n {2}"id": "boot"/],
    ['/machines/boot', 'image/svg+xml,*/*;q=0.8', 'image/svg+xml', /^<svg /],
    ['/machines/boot', 'text/plain', 'text/vnd.mermaid;charset=UTF-8', /\nstateDiagram-v2\n/],
    ['/machines/boot?format=svg', 'application/json', 'image/svg+xml', /^<svg /],
  ])('answers %s to `Accept: %s` with %s', async (path, accept, type, beginning) => {
    const response = await request(path, { headers: { accept } });

    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toMatch(beginning);
  });

  it('refuses a name that no machine has', async () => {
    const response = await request('/machines/toString');

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'machine_not_found', context: { name: 'toString' } });
  });
});

describe('GET /actors', () => {
  it('answers with all of them, or with a stream that goes on', async () => {
    const app = startApp({
      actors: { list: () => [], follow: () => Readable.from(['event: snapshot\n\n']) },
    });

    expect(await (await app.request('/actors')).json()).toEqual({ actors: [] });
    const stream = await app.request('/actors?follow=true');
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(await stream.text()).toBe('event: snapshot\n\n');
  });
});

describe('/actors/events', () => {
  const event = { actor: 'engine', event: { type: 'engine.drain', reason: 'trial' } };

  it('sends an event where machines may be tried out', async () => {
    const sent: unknown[] = [];
    const app = startApp({
      actors: {
        list: () => [],
        follow: () => Readable.from([]),
        events: { accepted: () => ['engine.drain'], send: (...given) => sent.push(given) },
      },
    });

    const accepted = await app.request('/actors/events?actor=engine');
    const answer = await app.request('/actors/events', { method: 'POST', body: event });

    expect(await accepted.json()).toEqual({ events: ['engine.drain'] });
    expect(await answer.json()).toEqual({ success: true });
    expect(sent).toEqual([['engine', { type: 'engine.drain', reason: 'trial' }]]);
  });

  it('is not there elsewhere', async () => {
    const answers = [
      await request('/actors/events?actor=engine'),
      await request('/actors/events', { method: 'POST', body: event }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  });
});
