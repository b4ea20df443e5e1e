import { H3 } from 'h3';
import { describe, expect, it } from 'vitest';
import { FrontDoor } from '../../src/server/front-door.ts';

const HEALTH = {
  status: 'initializing',
  version: '1.2.3',
  boot: { state: 'initializing', since: '2026-01-01T00:00:00.000Z' },
} as const;

describe('the front door', () => {
  it('answers a health check before there is an engine', async () => {
    const door = new FrontDoor(() => HEALTH);
    const answer = await door.fetch(new Request('http://engine/health'));
    expect(await answer.json()).toEqual(HEALTH);
  });

  it('keeps any other request until the engine answers it', async () => {
    const door = new FrontDoor(() => HEALTH);
    const waiting = door.fetch(new Request('http://engine/chats', { method: 'POST' }));
    door.open(new H3().post('/chats', () => ({ answeredBy: 'the engine' })));
    expect(await (await waiting).json()).toEqual({ answeredBy: 'the engine' });
  });

  it('refuses everything but health while the home is restored, requests that came before as well', async () => {
    const message = 'Restoring the workspace: fetching, 45 %.';
    const { since } = HEALTH.boot;
    const waitingFor = { for: 'restore', message, since, until: null, skip: null } as const;
    const door = new FrontDoor(() => ({ ...HEALTH, boot: { state: 'restoring', since, waitingFor } }));
    const early = door.fetch(new Request('http://engine/chats'));

    door.refuse();

    for (const answer of [await early, await door.fetch(new Request('http://engine/status'))]) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await answer.json()).toEqual({ code: 'restoring', error: message, context: { message } });
    }
    expect((await door.fetch(new Request('http://engine/health'))).status).toBe(200);
    door.open(new H3().get('/status', () => ({ answeredBy: 'the engine' })));
    expect((await door.fetch(new Request('http://engine/status'))).status).toBe(200);
  });

  it('leaves health to the engine once there is one', async () => {
    const door = new FrontDoor(() => HEALTH);
    door.open(new H3().get('/health', () => ({ status: 'ok' })));
    const answer = await door.fetch(new Request('http://engine/health'));
    expect(await answer.json()).toEqual({ status: 'ok' });
  });
});
