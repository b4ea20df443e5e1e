import { describe, expect, it } from 'vitest';
import { SECRET, startApp } from '../support/fake-engine.ts';

const UNAUTHORIZED = {
  error: 'The header X-Replicas-Engine-Secret is missing or wrong.',
  code: 'unauthorized',
};

describe('without the secret', () => {
  it.each([
    ['GET', '/status'],
    ['HEAD', '/status'],
    ['GET', '/events'],
    ['POST', '/chats'],
    ['GET', '/openapi.json'],
    ['GET', '/nowhere'],
    ['POST', '/health'],
    ['GET', '//health'],
    ['GET', '/health/x'],
  ])('%s %s is refused', async (method, path) => {
    const { app } = startApp();

    const response = await app.request(path, { method });

    expect(response.status).toBe(401);
    expect(await response.text()).toBe(method === 'HEAD' ? '' : JSON.stringify(UNAUTHORIZED));
  });

  it.each(['GET', 'HEAD'])('%s /health is answered', async (method) => {
    expect((await startApp().app.request('/health', { method })).status).toBe(200);
  });
});

describe('with a secret', () => {
  it.each(['', 'S3CRET', `${SECRET}x`, SECRET.slice(1), 'é'])('%j is refused', async (secret) => {
    const { request } = startApp();

    const response = await request('/openapi.json', { headers: { 'x-replicas-engine-secret': secret } });

    expect(response.status).toBe(401);
  });

  it('the right one passes', async () => {
    expect((await startApp().request('/openapi.json')).status).toBe(200);
  });
});

it('the secret is in no log line, even when the engine fails with it in its message', async () => {
  const { request, lines } = startApp({ status: () => Promise.reject(new Error(`leaked ${SECRET}`)) });

  await request('/status');

  expect(JSON.stringify(lines)).toContain('leaked [redacted]');
  expect(JSON.stringify(lines)).not.toContain(SECRET);
});
