import { afterEach, describe, expect, it, vi } from 'vitest';
import type { HistoryQuery, Interrupt, SendMessage } from '../../../src/contract/messages.ts';
import type { EngineErrorCode } from '../../../src/errors.ts';
import { EngineError } from '../../../src/errors.ts';
import { startApp } from '../../support/fake-engine.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

afterEach(() => {
  vi.useRealTimers();
});

describe('POST /chats/:chatId/steer', () => {
  it('names a message that has no id, and answers like a send', async () => {
    const said: unknown[] = [];
    const receipt = { messageId: 'm1', queued: false, position: 0 };
    const steer = async (...given: unknown[]) => (said.push(given), receipt);

    const response = await startApp({ messages: { steer } }).request('/chats/c1/steer', {
      method: 'POST',
      body: { message: 'hurry' },
    });

    expect([response.status, await response.json()]).toEqual([200, receipt]);
    expect(said).toEqual([['c1', { message: 'hurry', messageId: expect.stringMatching(UUID) }]]);
  });

  it('refuses a message without a word', async () => {
    const body = { message: ' \n' };
    const response = await startApp().request('/chats/c1/steer', { method: 'POST', body });
    expect(response.status).toBe(400);
  });
});

describe('POST /chats/:chatId/messages', () => {
  it('answers with the place of the message', async () => {
    const send = async () => ({ messageId: 'm1', queued: true, position: 2 });

    const response = await startApp({ messages: { send } }).request('/chats/c1/messages', {
      method: 'POST',
      body: { message: 'hi' },
    });

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ messageId: 'm1', queued: true, position: 2 });
  });

  it('names a message that has no id', async () => {
    const { sent, request } = startRecorder();

    await request('/chats/c1/messages', { method: 'POST', body: { message: 'hi' } });

    expect(sent).toEqual([['c1', { message: 'hi', messageId: expect.stringMatching(UUID) }]]);
  });

  it('hands on everything a message may be sent with', async () => {
    const { sent, request } = startRecorder();
    const body = {
      message: '',
      messageId: 'any id: ä/?',
      model: 'opus',
      images: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } },
        { type: 'image', source: { type: 'url', url: 'https://example.test/a.png' } },
      ],
      planMode: true,
      thinkingLevel: 'ultracode',
    };

    const response = await request('/chats/c1/messages', { method: 'POST', body });

    expect(response.status).toBe(200);
    expect(sent).toEqual([['c1', body]]);
  });

  it('accepts an image of thirty megabytes', async () => {
    const { sent, request } = startRecorder();
    const data = 'A'.repeat(30_000_000);
    const source = { type: 'base64', media_type: 'image/png', data };

    const response = await request('/chats/c1/messages', {
      method: 'POST',
      body: { message: '', images: [{ type: 'image', source }] },
    });

    expect(response.status).toBe(200);
    expect(sent).toHaveLength(1);
  });

  it('refuses an empty message without images', async () => {
    const response = await startApp().request('/chats/c1/messages', {
      method: 'POST',
      body: { message: ' \n' },
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'The request is not valid. message: may be empty only when images are sent.',
      code: 'validation_failed',
      context: { issues: [{ path: 'message', message: 'may be empty only when images are sent' }] },
    });
  });

  it.each<[EngineErrorCode, number, EngineError]>([
    ['CHAT_NOT_FOUND', 404, new EngineError('CHAT_NOT_FOUND', { chatId: 'c1' })],
    ['MESSAGE_CONFLICT', 409, new EngineError('MESSAGE_CONFLICT', { chatId: 'c1', messageId: 'm1' })],
    ['QUEUE_FULL', 429, new EngineError('QUEUE_FULL', { chatId: 'c1', limit: 100 })],
    ['SHUTTING_DOWN', 503, new EngineError('SHUTTING_DOWN')],
    ['CHAT_FAILED', 503, new EngineError('CHAT_FAILED', { chatId: 'c1' })],
    ['STORAGE_FULL', 507, new EngineError('STORAGE_FULL')],
  ])('answers %s with %d', async (code, status, error) => {
    const { request } = startApp({ messages: { send: () => Promise.reject(error) } });

    const response = await request('/chats/c1/messages', { method: 'POST', body: { message: 'hi' } });

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: error.message, code: code.toLowerCase() });
  });

  it('tells a caller whose message is not on disk after ten seconds which id to repeat', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { request } = startApp({ messages: { send: () => new Promise(() => {}) } });

    const answering = request('/chats/c1/messages', {
      method: 'POST',
      body: { message: 'hi', messageId: 'm1' },
    });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
    vi.advanceTimersByTime(10_000);
    const response = await answering;

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      error: 'Whether this took effect is not known yet; repeat it with messageId "m1".',
      code: 'outcome_unknown',
      context: { messageId: 'm1' },
    });
  });
});

describe('POST /chats/:chatId/interrupt', () => {
  it.each([
    ['', { clearQueue: false }],
    ['?queue=keep&background=keep', { clearQueue: false, background: 'keep' as const }],
    ['?queue=clear', { clearQueue: true }],
    ['?background=stop', { clearQueue: false, background: 'stop' as const }],
  ])('%s asks for %o, and the answer says what becomes of the background', async (query, wanted) => {
    const asked: unknown[] = [];
    const interrupt = async (chatId: string, options: Interrupt) => {
      asked.push([chatId, options]);
      return { interrupted: true, queue: ['m2'], background: options.background ?? 'keep' };
    };

    const response = await startApp({ messages: { interrupt } }).request(`/chats/c1/interrupt${query}`, {
      method: 'POST',
    });

    const { background = 'keep' } = wanted as Interrupt;
    expect(await response.json()).toEqual({ interrupted: true, queue: ['m2'], background });
    expect(asked).toEqual([['c1', wanted]]);
  });

  it('refuses another wish for the queue', async () => {
    const response = await startApp().request('/chats/c1/interrupt?queue=all', { method: 'POST' });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ context: { issues: [{ path: 'queue' }] } });
  });
});

describe('GET /chats/:chatId/history', () => {
  const PAGE = {
    threadId: null,
    codingAgent: 'claude',
    total: 2,
    hasMore: false,
    beforeCursor: null,
    senders: [],
    endedTurns: [],
    lastEventId: '000000000007-0123abcd',
  };

  it('puts the events into the page as the engine has them', async () => {
    const eventsJson = '[{"timestamp":"2026-01-01T00:00:00.000Z","type":"claude-user","payload":{"n":1e2}}]';

    const response = await startApp({ chats: { history: async () => ({ ...PAGE, eventsJson }) } }).request(
      '/chats/c1/history',
    );

    expect(response.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(await response.text()).toBe(
      `{"threadId":null,"codingAgent":"claude","events":${eventsJson},"total":2,"hasMore":false,"beforeCursor":null,"senders":[],"endedTurns":[],"lastEventId":"000000000007-0123abcd"}`,
    );
  });

  it.each([
    ['', { limit: 100, offset: 0 }],
    ['?limit=1&offset=5', { limit: 1, offset: 5 }],
    ['?limit=1000&before=000000000012', { limit: 1000, offset: 0, before: '000000000012' }],
  ])('%s asks for %j', async (query, expected) => {
    const asked: HistoryQuery[] = [];
    const history = async (_chatId: string, page: HistoryQuery) => (
      asked.push(page),
      { ...PAGE, eventsJson: '[]' }
    );

    await startApp({ chats: { history } }).request(`/chats/c1/history${query}`);

    expect(asked).toEqual([expected]);
  });

  it.each(['limit=0', 'limit=1001', 'limit=1.5', 'limit=x', 'offset=-1', 'limit=1&limit=2', 'before='])(
    '?%s is a 400',
    async (query) => {
      const response = await startApp().request(`/chats/c1/history?${query}`);

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'validation_failed' });
    },
  );
});

function startRecorder() {
  const sent: [string, SendMessage][] = [];
  const send = async (chatId: string, message: SendMessage) => {
    sent.push([chatId, message]);
    return { messageId: 'm1', queued: false, position: 0 };
  };
  return { sent, request: startApp({ messages: { send } }).request };
}
