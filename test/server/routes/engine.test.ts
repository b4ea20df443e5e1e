import { expect, it } from 'vitest';
import { startApp } from '../../support/fake-engine.ts';

const SINCE = '2026-01-01T00:00:00.000Z';

it('GET /health answers 200 while the machine is still being set up', async () => {
  const health = {
    status: 'initializing',
    version: '1.2.3',
    boot: { state: 'initializing', since: SINCE },
  } as const;

  const response = await startApp({ health: () => health }).request('/health');

  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json;charset=UTF-8');
  expect(await response.json()).toEqual(health);
});

it('HEAD /health answers like GET without a body', async () => {
  const response = await startApp().request('/health', { method: 'HEAD' });

  expect(response.status).toBe(200);
  expect(await response.text()).toBe('');
});

it('GET /status answers with the counters and the cursor they belong to', async () => {
  const status = {
    uptimeSeconds: 1,
    hasActiveSSHSessions: false,
    activeSseClients: 2,
    chatsTotal: 3,
    chatsProcessing: 1,
    reposTotal: 0,
    hooksRunning: false,
    version: '1.2.3',
    boot: { state: 'ready', since: SINCE },
    lastEventId: '000000000007-0123abcd',
  } as const;

  const response = await startApp({ status: async () => status }).request('/status');

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(status);
});

it('PATCH /usage sets what all chats may use, and lifts it with null, but not without a word', async () => {
  const told: unknown[] = [];
  const answer = { usage: {}, providers: {}, chats: [], lastEventId: '000000000007-0123abcd' };
  const app = startApp({
    setBudget: async (budget) => {
      told.push(budget);
      return answer;
    },
  });
  const change = (body: object) => app.request('/usage', { method: 'PATCH', body });

  for (const budget of [{ usd: 2 }, null]) expect(await (await change({ budget })).json()).toEqual(answer);
  expect([(await change({})).status, (await change({ budget: {} })).status]).toEqual([400, 400]);
  expect(told).toEqual([{ usd: 2 }, null]);
});

it('POST /drain hands the workspace over: 202 as long as it goes on, 200 when another engine may start', async () => {
  const asked: unknown[] = [];
  const nothing = { lastEventId: null, archivedAt: null, omitted: 0 };
  const states = ['copying', 'handedOver'] as const;
  const app = startApp({
    move: async (options) => {
      const state = states[asked.push(options) - 1]!;
      return { ...nothing, state };
    },
  });
  const drain = (query: string) => app.request(`/drain${query}`, { method: 'POST' });

  const [going, over] = [await drain('?handOver=true'), await drain('?handOver=true&limitSeconds=5')];

  expect([going.status, await going.json()]).toEqual([202, { ...nothing, state: 'copying' }]);
  expect([over.status, await over.json()]).toEqual([200, { ...nothing, state: 'handedOver' }]);
  expect(asked).toEqual([{ limitMs: 600_000 }, { limitMs: 5_000 }]);
  expect([(await drain('')).status, (await drain('?handOver=true&limitSeconds=0')).status]).toEqual([
    400, 400,
  ]);
});
