import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/errors.ts';
import { startApp } from '../support/fake-engine.ts';

describe('a path that does not exist', () => {
  it('is a 404 that echoes nothing of it', async () => {
    const response = await startApp().request('/secret-looking?token=abc');

    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(await response.json()).toEqual({
      error: 'There is no such route. GET /openapi.json lists them.',
      code: 'not_found',
    });
  });

  it('is a 400 when it is not percent-encoded UTF-8', async () => {
    const response = await startApp().request('/chats/%zz');

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'The path is not percent-encoded UTF-8.',
      code: 'malformed_url',
    });
  });
});

describe('a method that does not exist', () => {
  it.each([
    ['PUT', '/chats', ['GET', 'HEAD', 'POST'], 'GET, HEAD, or POST'],
    ['POST', '/health', ['GET', 'HEAD'], 'GET or HEAD'],
    ['POST', '/chats/c1', ['DELETE', 'GET', 'HEAD', 'PATCH'], 'DELETE, GET, HEAD, or PATCH'],
    ['POST', '/chats/c1/queue/reorder', ['DELETE', 'PATCH'], 'DELETE or PATCH'],
    ['OPTIONS', '/chats/c1/messages', ['POST'], 'POST'],
  ])('%s %s is a 405 that lists those that do', async (method, path, allow, inWords) => {
    const response = await startApp().request(path, { method });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow.join(', '));
    expect(await response.json()).toEqual({
      error: `${method} is not allowed here; use ${inWords}.`,
      code: 'method_not_allowed',
      context: { method, allow },
    });
  });
});

describe('a failure', () => {
  it('that is deliberate reaches the caller with its code, its message and its offender', async () => {
    const get = () => Promise.reject(new EngineError('CHAT_NOT_FOUND', { chatId: 'c9' }));

    const response = await startApp({ chats: { get } }).request('/chats/c9');

    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: 'There is no chat with id "c9"; GET /chats lists them.',
      code: 'chat_not_found',
      context: { chatId: 'c9' },
    });
  });

  it('that nobody meant tells the caller nothing but where to look, and the log everything', async () => {
    const list = () => Promise.reject(new TypeError('x is undefined'));
    const { request, lines } = startApp({ chats: { list } });

    const response = await request('/chats', { headers: { 'x-request-id': 'r-1' } });

    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      error: 'The engine failed; its log says more about "r-1".',
      code: 'internal',
      context: { requestId: 'r-1' },
    });
    expect(lines[0]).toMatchObject({
      level: 'error',
      requestId: 'r-1',
      err: { type: 'TypeError', message: 'x is undefined', stack: expect.stringContaining('app.test.ts') },
    });
  });

  it('that is thrown at once is no different', async () => {
    const health = () => {
      throw new Error('at once');
    };

    expect((await startApp({ health }).request('/health')).status).toBe(500);
  });
});

describe('the log', () => {
  it('has one line per request, with its route instead of its path', async () => {
    const { request, lines } = startApp();

    await request('/health?token=abc', { headers: { 'x-request-id': 'r-2' } });

    expect(lines).toEqual([
      {
        level: 'debug',
        time: expect.any(String),
        requestId: 'r-2',
        method: 'GET',
        route: '/health',
        status: 200,
        msg: 'answered',
      },
    ]);
  });

  it.each(['with space', 'x'.repeat(101), ''])('does not take %j for a request id', async (given) => {
    const { request } = startApp();

    const response = await request('/health', { headers: { 'x-request-id': given } });

    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});
