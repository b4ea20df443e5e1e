import { describe, expect, it, vi } from 'vitest';
import type { CredentialHealth } from '../../../src/contract/credentials.ts';
import { EngineError } from '../../../src/errors.ts';
import { startApp } from '../../support/fake-engine.ts';

const HEALTH: CredentialHealth = {
  state: 'fresh',
  source: 'oauth',
  lastSuccessAt: '2026-01-01T00:00:00.000Z',
  lastAttemptAt: '2026-01-01T00:00:00.000Z',
  nextAttemptAt: '2026-01-01T00:45:00.000Z',
  expiresAt: '2026-01-01T01:00:00.000Z',
  consecutiveFailures: 0,
  lastError: null,
};

const PROVIDERS = { github: HEALTH, claude: HEALTH, codex: HEALTH };

describe('GET /token-refresh/health', () => {
  it('answers how each provider stands', async () => {
    const { request } = startApp({
      credentials: { health: () => ({ providers: PROVIDERS }), refresh: () => Promise.reject(new Error()) },
    });

    const response = await request('/token-refresh/health');

    expect([response.status, await response.json()]).toEqual([200, { providers: PROVIDERS }]);
  });
});

describe('POST /token-refresh/:provider', () => {
  const refresh = vi.fn((provider: 'github' | 'claude' | 'codex') =>
    Promise.resolve({ provider, ...HEALTH }),
  );
  const credentials = { health: () => ({ providers: PROVIDERS }), refresh };

  it('asks for a refresh and answers before it is over', async () => {
    const { request } = startApp({ credentials });

    const response = await request('/token-refresh/codex', { method: 'POST' });

    expect([response.status, await response.json()]).toEqual([202, { provider: 'codex', ...HEALTH }]);
  });

  it('refuses a provider that it does not know, and names those it does', async () => {
    const { request } = startApp({ credentials });

    const response = await request('/token-refresh/gitlab', { method: 'POST' });

    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('github')]);
  });

  it('answers 503 while the engine stops', async () => {
    const { request } = startApp({
      credentials: { ...credentials, refresh: () => Promise.reject(new EngineError('SHUTTING_DOWN')) },
    });

    expect((await request('/token-refresh/claude', { method: 'POST' })).status).toBe(503);
  });
});
