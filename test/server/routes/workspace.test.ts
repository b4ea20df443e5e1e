import { Readable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { EngineError } from '../../../src/errors.ts';
import { startApp } from '../../support/fake-engine.ts';

it('GET /previews answers with the ports on which processes listen', async () => {
  const preview = {
    port: 5173,
    publicUrl: 'http://localhost:5173',
    createdAt: '2026-01-01T12:00:00.000Z',
    pid: 4242,
    command: 'vite',
    chatId: null,
  };

  const response = await startApp({ previews: { list: async () => [preview] } }).request('/previews');

  expect([response.status, await response.json()]).toEqual([200, { previews: [preview] }]);
});

it('GET /environment answers with what the workspace has', async () => {
  const environment = {
    engineVersion: '1.2.3',
    variables: ['HOME', 'PATH'],
    skills: [],
    codingAgents: {
      claude: { available: false, version: null, authMethod: null, protocol: 'stream-json' as const },
    },
    hooks: [{ hookType: 'repository' as const, hookName: 'shop', kind: 'start' as const }],
    integrations: { github: true, slack: false, linear: false },
  };

  const response = await startApp({ environment: async () => environment }).request('/environment');

  expect([response.status, await response.json()]).toEqual([200, environment]);
});

it('GET /canvas/:filename refuses a file that is not there by its name', async () => {
  const get = () => Promise.reject(new EngineError('CANVAS_ITEM_NOT_FOUND', { filename: 'gone.md' }));

  const response = await startApp({ canvas: { list: async () => [], get } }).request('/canvas/gone.md');

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    code: 'canvas_item_not_found',
    context: { filename: 'gone.md' },
  });
});

it('POST /hooks/test answers with the stream of what the script does', async () => {
  const test = vi.fn(async () => Readable.from(['event: ended\ndata: {"type":"ended"}\n\n']));

  const response = await startApp({ hooks: { test } }).request('/hooks/test', {
    method: 'POST',
    body: { script: 'npm ci' },
  });

  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(await response.text()).toBe('event: ended\ndata: {"type":"ended"}\n\n');
  expect(test).toHaveBeenCalledWith(expect.objectContaining({ script: 'npm ci' }));
});

it('POST /hooks/test refuses a script that is none, and starts nothing', async () => {
  const response = await startApp().request('/hooks/test', { method: 'POST', body: { script: '' } });

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: 'validation_failed',
    error: expect.stringContaining('script'),
  });
});

it('PATCH /chats/:chatId hands the title on', async () => {
  const update = vi.fn(() => Promise.reject(new EngineError('CHAT_NOT_FOUND', { chatId: 'c9' })));

  const response = await startApp({ chats: { update } }).request('/chats/c9', {
    method: 'PATCH',
    body: { title: 'Fix the login' },
  });

  expect(response.status).toBe(404);
  expect(update).toHaveBeenCalledWith('c9', { title: 'Fix the login' });
});
