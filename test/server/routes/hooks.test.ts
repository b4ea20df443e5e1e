import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { EngineError } from '../../../src/errors.ts';
import { startApp } from '../../support/fake-engine.ts';

describe('GET /hooks/status', () => {
  it('answers how far the hooks are', async () => {
    const status = { running: true, completed: false, state: 'running' as const, hooks: [] };
    const { request } = startApp({ hooks: { status: () => Promise.resolve(status) } });

    const response = await request('/hooks/status');

    expect([response.status, await response.json()]).toEqual([200, status]);
  });
});

describe('GET /hooks/logs', () => {
  it('is text, of all repositories', async () => {
    const logs = vi.fn(() => Promise.resolve(Readable.from(['[app] one\n'])));
    const { request } = startApp({ hooks: { logs } });

    const response = await request('/hooks/logs');

    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe('[app] one\n');
    expect(logs).toHaveBeenCalledWith({ follow: false });
  });

  it('is a stream of events when it is followed', async () => {
    const logs = vi.fn(() => Promise.resolve(Readable.from(['event: line\ndata: [app] one\n\n'])));
    const { request } = startApp({ hooks: { logs } });

    const response = await request('/hooks/logs?repo=app&follow=true');

    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(await response.text()).toBe('event: line\ndata: [app] one\n\n');
    expect(logs).toHaveBeenCalledWith({ repo: 'app', follow: true });
  });
});

describe('POST /hooks/run', () => {
  it('runs the start hooks of all repositories unless told otherwise, and answers before they are over', async () => {
    const run = vi.fn(() => Promise.resolve({ runId: 'r1' }));
    const { request } = startApp({ hooks: { run } });

    const response = await request('/hooks/run', { method: 'POST' });
    await request('/hooks/run?repo=app&type=warm', { method: 'POST' });

    expect([response.status, await response.json()]).toEqual([202, { runId: 'r1' }]);
    expect(run.mock.calls).toEqual([[{ type: 'start' }], [{ repo: 'app', type: 'warm' }]]);
  });

  it.each([
    [new EngineError('HOOKS_RUNNING', { runId: 'r1' }), 409, 'hooks_running'],
    [new EngineError('HOOK_NOT_FOUND', { repo: 'app', type: 'start' }), 404, 'hook_not_found'],
    [new EngineError('HOOKS_FILE_INVALID', { repo: 'app', problems: 'p' }), 422, 'hooks_file_invalid'],
  ])('is refused: %s', async (error, status, code) => {
    const { request } = startApp({ hooks: { run: () => Promise.reject(error) } });

    const response = await request('/hooks/run', { method: 'POST' });

    expect([response.status, await response.json()]).toMatchObject([status, { code }]);
  });

  it('refuses a kind of hook that there is not', async () => {
    const { request } = startApp();

    expect((await request('/hooks/run?type=stop', { method: 'POST' })).status).toBe(400);
  });
});
