import { expect, it } from 'vitest';
import type { AgentRequest } from '../../../src/contract/requests.ts';
import { EngineError } from '../../../src/errors.ts';
import { startApp } from '../../support/fake-engine.ts';

const REQUEST: AgentRequest = {
  id: 'r1',
  kind: 'permission',
  tool: 'Bash',
  input: { command: 'ls' },
  openedAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-01-01T00:10:00.000Z',
};

it('GET /chats/:chatId/requests answers with what the agent waits for', async () => {
  const response = await startApp({ chats: { requests: async () => [REQUEST] } }).request(
    '/chats/c1/requests',
  );

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ requests: [REQUEST] });
});

it('POST /chats/:chatId/requests/:requestId hands the answer on', async () => {
  const answered: unknown[][] = [];
  const answer = async (...parameters: unknown[]) => void answered.push(parameters);
  const body = { decision: 'allow', message: 'go', answers: { 'Which?': 'A' }, plan: '# Plan' };

  const response = await startApp({ chats: { answer } }).request('/chats/c1/requests/r1', {
    method: 'POST',
    body,
  });

  expect(await response.json()).toEqual({ success: true });
  expect(answered).toEqual([['c1', 'r1', body]]);
});

it('a request that is not open is a 404', async () => {
  const answer = () =>
    Promise.reject(new EngineError('REQUEST_NOT_FOUND', { chatId: 'c1', requestId: 'r9' }));

  const response = await startApp({ chats: { answer } }).request('/chats/c1/requests/r9', {
    method: 'POST',
    body: { decision: 'deny' },
  });

  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    error: 'No request "r9" is open in chat "c1"; GET /chats/c1/requests lists those that are.',
    code: 'request_not_found',
    context: { chatId: 'c1', requestId: 'r9' },
  });
});

it('an answer that decides nothing is a 400', async () => {
  const response = await startApp().request('/chats/c1/requests/r1', {
    method: 'POST',
    body: { decision: 'maybe' },
  });

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ context: { issues: [{ path: 'decision' }] } });
});
