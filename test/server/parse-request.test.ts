import { describe, expect, it } from 'vitest';
import { startApp } from '../support/fake-engine.ts';

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
      error: 'The request is not valid. body: Invalid input: expected object, received undefined.',
      code: 'validation_failed',
      context: { issues: [{ path: 'body', message: 'Invalid input: expected object, received undefined' }] },
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
      images: [{ type: 'image', source: { type: 'base64', media_type: 'image/bmp', data: '####' } }],
      thinkingLevel: 'hard',
    };

    const response = await startApp().request('/chats/c1/messages', { method: 'POST', body });

    const { context } = await response.json();
    expect(context).toEqual({
      issues: [
        { path: 'message', message: 'Invalid input: expected string, received number' },
        { path: 'messageId', message: 'Too small: expected string to have >=1 characters' },
        {
          path: 'images.0.source.media_type',
          message: 'Invalid option: expected one of "image/png"|"image/jpeg"|"image/gif"|"image/webp"',
        },
        { path: 'images.0.source.data', message: 'Invalid base64-encoded string' },
        {
          path: 'thinkingLevel',
          message: 'Invalid option: expected one of "low"|"medium"|"high"|"max"|"xhigh"|"ultra"|"ultracode"',
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
    const { request } = startApp({ chats: { send: async () => RECEIPT } });

    const response = await request('/chats/c1/messages', {
      method: 'POST',
      body: { message: 'x', later: { a: 1 } },
    });

    expect(response.status).toBe(200);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', ''])(
    'is JSON even as %j',
    async (contentType) => {
      const { request } = startApp({ chats: { send: async () => RECEIPT } });

      const response = await request('/chats/c1/messages', {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: '{"message":"a=1&b=2"}',
      });

      expect(await response.json()).toEqual(RECEIPT);
    },
  );

  it('is not read where none is needed', async () => {
    const interrupt = async () => ({ interrupted: false, queue: [] });

    const response = await startApp({ chats: { interrupt } }).request('/chats/c1/interrupt', {
      method: 'POST',
      body: '{',
    });

    expect(response.status).toBe(200);
  });
});

describe('a path parameter', () => {
  it.each(['a/b', 'ä%20', '..', 'reorder', '%2F', 'x?y#z'])('may be %j', async (messageId) => {
    const withdrawn: string[] = [];
    const withdraw = async (_chatId: string, id: string) => (withdrawn.push(id), []);

    await startApp({ chats: { withdraw } }).request(`/chats/c1/queue/${encodeURIComponent(messageId)}`, {
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
