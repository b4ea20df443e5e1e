import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SECRET, startApp } from '../support/fake-engine.ts';

const RECEIPT = { messageId: 'm1', queued: false, position: 0 };

describe('a body', () => {
  it.each([
    ['absent', undefined],
    ['empty', ''],
  ])('that is %s is a 400 where one is needed', async (_name, body) => {
    const response = await startApp().request('/chats', {
      method: 'POST',
      ...(body !== undefined && { body }),
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'The request is not valid. body: is missing, an object is expected.',
      code: 'validation_failed',
      context: { issues: [{ path: 'body', message: 'is missing, an object is expected' }] },
    });
  });

  it.each(['{', '{"message":"x"', 'message=hi', '\u0000', '{"a":1}{"b":2}'])(
    '%j is malformed JSON',
    async (body) => {
      const response = await startApp().request('/chats', { method: 'POST', body });

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: 'malformed_json',
        context: { reason: expect.any(String) },
      });
    },
  );

  it.each<[string, Buffer<ArrayBuffer> | string, Record<string, string>]>([
    ['compressed (gzip)', gzipSync('{"provider":"claude"}'), {}],
    ['compressed (gzip)', '{"provider":"claude"}', { 'content-encoding': 'gzip' }],
    ['compressed (br)', '{}', { 'content-encoding': ' BR ' }],
    ['compressed (zstd)', Buffer.from('28b52ffd2400', 'hex'), {}],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), {}],
    ['UTF-16', Buffer.from('{"provider":"claude"}', 'utf16le'), {}],
    ['UTF-16', Buffer.from('\0{\0}', 'latin1'), {}],
    ['UTF-32', Buffer.from('0000feff0000007b0000007d', 'hex'), {}],
    ['UTF-32', Buffer.from('7b0000007d000000', 'hex'), {}],
    ['UTF-8 with a byte order mark', '\ufeff{"provider":"claude"}', {}],
  ])('in another encoding is told so: %s', async (encoding, body, headers) => {
    const response = await startApp().app.request('/chats', {
      method: 'POST',
      headers: { 'x-replicas-engine-secret': SECRET, ...headers },
      body,
    });

    const reason = `it is ${encoding}; send it uncompressed, as UTF-8 without a byte order mark`;
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: `The body is not JSON: ${reason}.`,
      code: 'malformed_json',
      context: { reason },
    });
  });

  it('with bytes that are no UTF-8 is refused, instead of being understood as something else', async () => {
    const body = Buffer.from('{"message":"caf\xe9"}', 'latin1');
    const response = await startApp().app.request('/chats/c1/messages', {
      method: 'POST',
      headers: { 'x-replicas-engine-secret': SECRET },
      body,
    });

    expect(await response.json()).toMatchObject({ error: 'The body is not JSON: it is not UTF-8.' });
  });

  it('without what is needed says what is missing, in words', async () => {
    const issuesOf = async (path: string, body: unknown) => {
      const response = await startApp().request(path, { method: 'POST', body });
      return (await response.json()).context.issues as unknown;
    };

    expect(await issuesOf('/chats/c1/messages', {})).toEqual([
      { path: 'message', message: 'is missing, a text is expected' },
    ]);
    expect(await issuesOf('/chats/c1/messages', { message: 'x', images: [{}] })).toEqual([
      { path: 'images.0.type', message: 'is missing, image is expected' },
      { path: 'images.0.source', message: 'is missing, an object is expected' },
    ]);
    expect(await issuesOf('/chats/c1/requests/r1', {})).toEqual([
      { path: 'decision', message: 'is missing, allow or deny is expected' },
    ]);
    expect(await issuesOf('/chats', {})).toEqual([
      { path: 'provider', message: 'is missing, a text is expected' },
    ]);
  });

  it('that is nested deeper than it could be written again is refused', async () => {
    const body = `{"message":${'['.repeat(6_000)}${']'.repeat(6_000)}}`;
    const response = await startApp().request('/chats/c1/messages', { method: 'POST', body });
    expect(await response.json()).toMatchObject({ error: 'The body is not JSON: it is nested too deeply.' });
  });

  it.each(['[]', '"text"', 'null', '7'])('%s is JSON but no object', async (body) => {
    const response = await startApp().request('/chats', { method: 'POST', body });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'validation_failed',
      context: { issues: [{ path: 'body' }] },
    });
  });

  it('with wrong types names each offender and repeats no value', async () => {
    const body = {
      message: 7,
      messageId: '',
      images: [
        { type: 'image', source: { type: 'base64', media_type: 'image/bmp', data: '####' } },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: '' } },
      ],
      thinkingLevel: 'hard',
    };

    const response = await startApp().request('/chats/c1/messages', { method: 'POST', body });

    const { context } = await response.json();
    expect(context).toEqual({
      issues: [
        { path: 'message', message: 'must be a text' },
        { path: 'messageId', message: 'must be at least 1 character long' },
        {
          path: 'images.0.source.media_type',
          message: 'must be image/png, image/jpeg, image/gif, or image/webp',
        },
        { path: 'images.0.source.data', message: 'must be base64' },
        { path: 'images.1.source.data', message: 'must be at least 1 character long' },
        {
          path: 'thinkingLevel',
          message: 'must be low, medium, high, max, xhigh, ultra, or ultracode',
        },
      ],
    });
  });

  it('names at most twenty offenders', async () => {
    const body = { message: 'x', images: Array.from({ length: 50 }, () => 7) };

    const response = await startApp().request('/chats/c1/messages', { method: 'POST', body });

    expect((await response.json()).context.issues).toHaveLength(20);
  });

  it('keeps keys it does not know from being an error', async () => {
    const { request } = startApp({ messages: { send: async () => RECEIPT } });

    const response = await request('/chats/c1/messages', {
      method: 'POST',
      body: { message: 'x', later: { a: 1 } },
    });

    expect(response.status).toBe(200);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', ''])(
    'is JSON even as %j',
    async (contentType) => {
      const { request } = startApp({ messages: { send: async () => RECEIPT } });

      const response = await request('/chats/c1/messages', {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: '{"message":"a=1&b=2"}',
      });

      expect(await response.json()).toEqual(RECEIPT);
    },
  );

  it('is not read where none is needed', async () => {
    const interrupt = async () => ({ interrupted: false, queue: [], background: 'keep' as const });

    const response = await startApp({ messages: { interrupt } }).request('/chats/c1/interrupt', {
      method: 'POST',
      body: '{',
    });

    expect(response.status).toBe(200);
  });
});

describe('a query', () => {
  it.each([
    ['limit=abc', 'limit', 'must be a number'],
    ['limit=1e999', 'limit', 'must be a number'],
    ['limit=1.5', 'limit', 'must be a whole number'],
    ['limit=0', 'limit', 'must be at least 1'],
    ['limit=1001', 'limit', 'must be at most 1000'],
    ['limit=1&limit=2', 'limit', 'must be a number'],
  ])('?%s is a 400 that says what is expected', async (query, path, message) => {
    const response = await startApp().request(`/chats/c1/history?${query}`);

    expect((await response.json()).context.issues).toEqual([{ path, message }]);
  });
});

describe('a path parameter', () => {
  it.each(['a/b', 'ä%20', '..', 'reorder', '%2F', 'x?y#z'])('may be %j', async (messageId) => {
    const withdrawn: string[] = [];
    const withdraw = async (_chatId: string, id: string) => (withdrawn.push(id), []);

    await startApp({ messages: { withdraw } }).request(`/chats/c1/queue/${encodeURIComponent(messageId)}`, {
      method: 'DELETE',
    });

    expect(withdrawn).toEqual(messageId === '..' ? [] : [messageId]);
  });

  it('is a 400 when it is longer than any id', async () => {
    const response = await startApp().request(`/chats/${'x'.repeat(201)}`);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'validation_failed',
      context: { issues: [{ path: 'chatId' }] },
    });
  });
});
