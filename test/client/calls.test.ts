import { describe, expect, it } from 'vitest';
import { EngineClient, EngineClientError } from '../../src/client/client.ts';
import { openServer } from './open-server.ts';
import { createTestClient, json, networkFailure, stream, type Reply } from './stand-in.ts';

const RECEIPT = { messageId: 'm1', queued: false, position: 0 };
const HEALTH = { status: 'ok', version: '1', boot: { state: 'ready', since: '2026-01-01T00:00:00.000Z' } };

describe('a call', () => {
  it('carries the secret in its header and nowhere else', async () => {
    const { client, arrivals } = createTestClient([json(RECEIPT)], { secret: 'top-secret' });

    await client.chats.send('a/b', { message: 'hello', messageId: 'm1' });

    expect(arrivals.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'POST', path: '/chats/a%2Fb/messages', body: { message: 'hello', messageId: 'm1' } },
    ]);
    expect(arrivals[0]?.headers.get('x-replicas-engine-secret')).toBe('top-secret');
  });

  it('for a hand-over is made again as long as that goes on', async () => {
    const answer = { lastEventId: null, archivedAt: null, omitted: 0 };
    const over = { ...answer, state: 'handedOver', lastEventId: '000000000007-0123abcd' };
    const replies = [json({ ...answer, state: 'copying' }, 202), json(over)];
    const { client, arrivals } = createTestClient(replies);

    expect(await client.handOver({ limitSeconds: 5 })).toEqual(over);
    expect(arrivals.map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array.from({ length: 2 }, () => 'POST /drain?handOver=true&limitSeconds=5'),
    );
  });

  it('for an id that a URL takes for a folder is not made: it would reach another route', async () => {
    const { client, arrivals } = createTestClient([json({ queue: [] })]);

    await expect(client.chats.withdraw({ chatId: 'c', messageId: '..' })).rejects.toThrow(
      '".." cannot be part of a path.',
    );
    expect(arrivals).toEqual([]);
  });

  it('that is refused rejects with the code of the engine', async () => {
    const refusal = { error: 'No chat with id "x".', code: 'chat_not_found', context: { chatId: 'x' } };
    const { client, arrivals } = createTestClient([json(refusal, 404)]);

    const error = await client.chats.get('x').catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(EngineClientError);
    expect(error).toMatchObject({
      message: 'No chat with id "x".',
      code: 'chat_not_found',
      status: 404,
      context: { chatId: 'x' },
    });
    expect(arrivals).toHaveLength(1);
  });

  it('that is answered by something else says what came', async () => {
    const { client } = createTestClient([() => new Response('<html>not here</html>', { status: 404 })]);

    await expect(client.health()).rejects.toMatchObject({
      code: 'unexpected_answer',
      status: 404,
      message: expect.stringContaining('<html>not here</html>'),
    });
  });

  it('is tried again when its refusal breaks on the way', async () => {
    const broken = stream(['{"error": "No cha'], 'breaks');
    const cut: Reply = async (arrival) => new Response((await broken(arrival)).body, { status: 404 });
    const { client } = createTestClient([cut, json(HEALTH)]);

    await expect(client.health()).resolves.toEqual(HEALTH);
  });

  it.each([
    ['no JSON', () => new Response('ok')],
    ['another shape', json({ status: 'ok', version: 1 })],
  ])('rejects an answer that is %s', async (_name, reply) => {
    const { client } = createTestClient([reply]);

    await expect(client.health()).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('names the innermost reason when nothing answers', async () => {
    const { client } = createTestClient([networkFailure], { attempts: 1 });

    await expect(client.health()).rejects.toMatchObject({
      code: 'unreachable',
      status: null,
      message: 'The engine at http://engine cannot be reached: connect ECONNREFUSED',
    });
  });

  it.each([
    ['ECONNREFUSED', 'unreachable', 'nothing listens there (words of the system)'],
    ['ENOTFOUND', 'unreachable', 'there is no host of this name (words of the system)'],
    [
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'unexpected_answer',
      'it speaks HTTP, not HTTPS. Write http:// instead of https://.',
    ],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'unexpected_answer',
      'its certificate is not trusted here. NODE_EXTRA_CA_CERTS names a file with the authority that signed it.',
    ],
    [
      'HPE_INVALID_CONSTANT',
      'unexpected_answer',
      'what answers does not speak HTTP. Is it the right port, and not https://?',
    ],
  ])('says what %s means, and tries again only what passes', async (reason, code, words) => {
    const cause = Object.assign(new Error('words of the system'), { code: reason });
    const fail = () => Promise.reject(new TypeError('fetch failed', { cause }));
    const { client, arrivals } = createTestClient([fail], { attempts: 3 });

    await expect(client.health()).rejects.toMatchObject({
      code,
      message: `The engine at http://engine cannot be reached: ${words}`,
    });
    expect(arrivals).toHaveLength(code === 'unreachable' ? 3 : 1);
  });

  it('over HTTPS to an engine says that it speaks HTTP', async () => {
    const { url } = await openServer((_request, response) => response.end());
    const client = new EngineClient({ url: url.replace('http:', 'https:'), secret: 's' });

    await expect(client.health()).rejects.toThrow(
      'it speaks HTTP, not HTTPS. Write http:// instead of https://.',
    );
  });

  it.each(['sécret', 'two\nlines', ' around '])(
    'with the secret %j is not made: no engine has it',
    async (secret) => {
      const { client, arrivals } = createTestClient([json(HEALTH)], { secret });

      await expect(client.health()).rejects.toMatchObject({ code: 'unauthorized', status: null });
      expect(arrivals).toEqual([]);
    },
  );

  it('is refused a redirect, which would carry the secret elsewhere', async () => {
    const requests: (RequestInit | undefined)[] = [];
    const { client } = createTestClient([], {
      fetch: async (_input, init) => (requests.push(init), Response.json(HEALTH)),
    });

    await client.health();

    expect(requests.map((request) => request?.redirect)).toEqual(['error']);
  });

  it('that is aborted rejects with the reason of the signal', async () => {
    const { client } = createTestClient([networkFailure]);

    await expect(client.health({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });
});

describe('a call that may be repeated', () => {
  it('sends one message under one id however often it is tried', async () => {
    const stopping = { error: 'Later.', code: 'shutting_down' };
    const { client, arrivals } = createTestClient([networkFailure, json(stopping, 503), json(RECEIPT)]);

    await client.chats.send('c', 'hello');

    expect(arrivals).toHaveLength(3);
    expect(arrivals[0]?.body).toEqual({
      message: 'hello',
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(new Set(arrivals.map(({ body }) => JSON.stringify(body)))).toHaveLength(1);
  });

  it('has an id of its own where its caller names none in so many words', async () => {
    const { client, arrivals } = createTestClient([json(RECEIPT)]);

    await client.chats.send('c', { message: 'hello', messageId: undefined });

    expect(arrivals[0]?.body).toHaveProperty('messageId');
  });

  it('is given up after so many attempts', async () => {
    const { client, arrivals } = createTestClient([networkFailure], { attempts: 3 });

    await expect(client.status()).rejects.toMatchObject({ code: 'unreachable' });
    expect(arrivals).toHaveLength(3);
  });

  it.each(['storage_full', 'queue_full', 'chat_failed'])('is not tried again after %s', async (code) => {
    const { client, arrivals } = createTestClient([json({ error: 'No.', code }, 503)]);

    await expect(client.chats.send('c', 'hello')).rejects.toMatchObject({ code });
    expect(arrivals).toHaveLength(1);
  });

  it('is not one that would do something else the second time', async () => {
    const { client, arrivals } = createTestClient([networkFailure]);

    await expect(client.chats.interrupt('c')).rejects.toMatchObject({ code: 'unreachable' });
    expect(arrivals).toHaveLength(1);
  });
});
