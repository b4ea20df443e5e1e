import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { WebhookEvent } from '../../src/contract/monolith.ts';
import { createMonolithClient, type MonolithOptions } from '../../src/control-plane/client.ts';
import { listenInTest } from '../support/loopback.ts';

const SECRET = 'engine-secret-0123456789';
const TOKEN = 'issued-token-0123456789';
const GITHUB = { token: TOKEN, expiresAt: '2026-01-01T00:00:00Z' };
const EVENT: WebhookEvent = {
  id: '000000000001-aaaaaaaa',
  ts: '2026-01-01T00:00:00.000Z',
  type: 'engine.ready',
  payload: { version: 'v1' },
  workspaceId: 'workspace-1',
};

describe('what is sent', () => {
  it('says who asks, for which workspace, and why', async () => {
    const seen: unknown[] = [];
    const url = await serve(async (request, response) => {
      const { authorization, 'x-workspace-id': workspace, 'content-type': type } = request.headers;
      seen.push({
        path: request.url,
        method: request.method,
        authorization,
        workspace,
        type,
        body: await bodyOf(request),
      });
      answer(response, 200, GITHUB);
    });

    await client(`${url}/base/`).refresh.github({ reason: 'boot' });

    expect(seen).toEqual([
      {
        path: '/base/v1/engine/github/refresh-token',
        method: 'POST',
        authorization: `Bearer ${SECRET}`,
        workspace: 'workspace-1',
        type: 'application/json',
        body: { reason: 'boot' },
      },
    ]);
  });

  it('asks each provider at its own path', async () => {
    const paths: unknown[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      answer(response, 404, {});
    });
    const monolith = client(url);

    await monolith.refresh.github({ reason: 'manual' });
    await monolith.refresh.claude({ reason: 'manual' });
    await monolith.refresh.codex({ reason: 'manual' });

    expect(paths).toEqual([
      '/v1/engine/github/refresh-token',
      '/v1/engine/claude/refresh-credentials',
      '/v1/engine/codex/refresh-credentials',
    ]);
  });

  it('sends an event under its id as the idempotency key', async () => {
    const seen: unknown[] = [];
    const url = await serve(async (request, response) => {
      seen.push([request.url, request.headers['idempotency-key'], await bodyOf(request)]);
      response.writeHead(204).end();
    });

    expect(await client(url).deliver(EVENT)).toEqual({ kind: 'delivered', isDuplicate: false });
    expect(seen).toEqual([['/v1/engine/webhook', EVENT.id, EVENT]]);
  });

  it('sends the secret, not the user and password of the URL', async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      answer(response, 200, GITHUB);
    });

    const outcome = await client(url.replace('//', '//user:password@')).refresh.github({ reason: 'boot' });

    expect([outcome.kind, seen]).toEqual(['issued', [`Bearer ${SECRET}`]]);
  });
});

describe('the answer to a refresh', () => {
  it('is the credential, with keys the engine does not know', async () => {
    const url = await always(200, { ...GITHUB, installation: 7 });

    expect(await client(url).refresh.github({ reason: 'boot' })).toEqual({
      kind: 'issued',
      credential: { ...GITHUB, installation: 7 },
    });
  });

  it.each([
    [404, { kind: 'absent' }],
    [400, { kind: 'refused', reason: 'It answered 400.' }],
    [401, { kind: 'refused', reason: 'It answered 401.' }],
    [403, { kind: 'refused', reason: 'It answered 403.' }],
    [408, { kind: 'unavailable', reason: 'It answered 408.' }],
    [409, { kind: 'unavailable', reason: 'It answered 409.' }],
    [425, { kind: 'unavailable', reason: 'It answered 425.' }],
    [429, { kind: 'unavailable', reason: 'It answered 429.' }],
    [500, { kind: 'unavailable', reason: 'It answered 500.' }],
    [503, { kind: 'unavailable', reason: 'It answered 503.' }],
  ])('%i means %o', async (status, outcome) => {
    const url = await always(status, {});

    expect(await client(url).refresh.github({ reason: 'boot' })).toEqual(outcome);
  });

  it('carries the word the other side has for its refusal, and nothing else of it', async () => {
    const url = await always(403, { error: `token ${TOKEN} revoked`, code: 'login_revoked' });

    expect(await client(url).refresh.claude({ reason: 'boot' })).toEqual({
      kind: 'refused',
      reason: 'It answered 403 (login_revoked).',
    });
  });

  it('names what is wrong in a credential, and nothing of what stands there', async () => {
    const url = await always(200, { type: 'apiKey', apiKey: [TOKEN] });

    expect(await client(url).refresh.claude({ reason: 'boot' })).toEqual({
      kind: 'unavailable',
      reason: 'It answered with what is no credential: apiKey (invalid_type).',
    });
  });

  it.each([
    [9_007_199_254_740_991, 'too_big'],
    [253_402_300_800_000, 'too_big'],
    [-1, 'too_small'],
    [1.5, 'invalid_union'],
    ['9999-12-31T23:59:59-23:00', 'custom'],
    ['2026-02-30T00:00:00Z', 'invalid_format'],
    ['tomorrow', 'invalid_format), expiresAt (custom'],
    [null, 'invalid_union'],
  ])('takes no credential that ends at %j', async (expiresAt, code) => {
    const url = await serve((_request, response) => answer(response, 200, { token: TOKEN, expiresAt }));

    expect(await client(url).refresh.github({ reason: 'boot' })).toEqual({
      kind: 'unavailable',
      reason: `It answered with what is no credential: expiresAt (${code}).`,
    });
  });

  it.each(['', 'two words', 'a\nb', 'a\u0000b', 'ümlaut', 'x'.repeat(65_537)])(
    'takes no token that no header, file or variable could hold: %#',
    async (token) => {
      const url = await serve((_request, response) => answer(response, 200, { ...GITHUB, token }));

      expect(await client(url).refresh.github({ reason: 'boot' })).toMatchObject({
        kind: 'unavailable',
        reason: expect.stringContaining('It answered with what is no credential: token (') as string,
      });
    },
  );

  it.each([
    ['nothing', 'application/json', '', 'It answered with nothing.'],
    ['HTML', 'text/html; charset=utf-8', '<html>', 'It answered with HTML instead of JSON.'],
    [
      'HTML that says to be JSON',
      'application/json',
      '<!doctype html>',
      'It answered with HTML instead of JSON.',
    ],
    ['text', 'text/plain', 'ok', 'It answered with something that is not JSON.'],
    ['half of JSON', 'application/json', '{"token":', 'It answered with something that is not JSON.'],
    ['more than 1 MiB', 'application/json', '"'.padEnd(1024 * 1024 + 1), 'It answered with more than 1 MiB.'],
  ])('of %s is no answer', async (_, type, body, reason) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': type }).end(body);
    });

    expect(await client(url).refresh.github({ reason: 'boot' })).toEqual({ kind: 'unavailable', reason });
  });

  it('is never looked for elsewhere: a redirect is not followed', async () => {
    const elsewhere: unknown[] = [];
    const other = await serve((request, response) => {
      elsewhere.push(request.headers);
      answer(response, 200, GITHUB);
    });
    const url = await serve((_request, response) => {
      response.writeHead(307, { location: `${other}/v1/engine/github/refresh-token` }).end();
    });

    expect(await client(url).refresh.github({ reason: 'boot' })).toEqual({
      kind: 'unavailable',
      reason: 'It answered 307, which is not followed.',
    });
    expect(elsewhere).toEqual([]);
  });
});

describe('an answer that does not come', () => {
  it('is given up after the time limit, headers or not', async () => {
    const silent = await serve(() => undefined);
    const dripping = await serve((_request, response) => void response.writeHead(200).write('{'));
    const outcome = { kind: 'unavailable', reason: 'It did not answer in time.' };

    expect(await client(silent, { timeoutMs: 50 }).refresh.github({ reason: 'boot' })).toEqual(outcome);
    expect(await client(dripping, { timeoutMs: 50 }).refresh.github({ reason: 'boot' })).toEqual(outcome);
  });

  it('is told by its code, without the address', async () => {
    const url = await serve((request) => request.destroy());

    expect(await client(url).refresh.github({ reason: 'boot' })).toEqual({
      kind: 'unavailable',
      reason: 'It could not be reached (UND_ERR_SOCKET).',
    });
  });

  it('is not waited for when the engine stops', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());

    expect(await client(url, { signal: stop.signal }).refresh.github({ reason: 'boot' })).toEqual({
      kind: 'unavailable',
      reason: 'The engine is stopping.',
    });
  });
});

describe('the answer to an event', () => {
  it.each([
    [200, { kind: 'delivered', isDuplicate: false }],
    [202, { kind: 'delivered', isDuplicate: false }],
    [409, { kind: 'delivered', isDuplicate: true }],
    [400, { kind: 'refused', reason: 'It answered 400.' }],
    [404, { kind: 'refused', reason: 'It answered 404.' }],
    [408, { kind: 'unavailable', reason: 'It answered 408.' }],
    [429, { kind: 'unavailable', reason: 'It answered 429.' }],
    [502, { kind: 'unavailable', reason: 'It answered 502.' }],
  ])('%i means %o', async (status, outcome) => {
    const url = await always(status, {});

    expect(await client(url).deliver(EVENT)).toEqual(outcome);
  });

  it('is no delivery when something in between answers with a page', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in first</html>');
    });

    expect(await client(url).deliver(EVENT)).toEqual({
      kind: 'unavailable',
      reason: 'It answered with HTML instead of JSON.',
    });
  });
});

describe('an endpoint that fails again and again', () => {
  it('is left alone after five times, the others are not', async () => {
    const paths: unknown[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      answer(response, 500, {});
    });
    const monolith = client(url);
    for (let count = 0; count < 5; count++) await monolith.refresh.github({ reason: 'boot' });

    const outcome = await monolith.refresh.github({ reason: 'boot' });
    await monolith.refresh.codex({ reason: 'boot' });

    expect(outcome).toEqual({
      kind: 'unavailable',
      reason: 'It failed again and again; it is left alone.',
      retryAfterMs: expect.any(Number) as number,
    });
    expect(paths.slice(5)).toEqual(['/v1/engine/codex/refresh-credentials']);
  });
});

function client(url: string, options: Partial<MonolithOptions> = {}) {
  return createMonolithClient({ url, secret: SECRET, workspaceId: 'workspace-1', ...options });
}

function always(status: number, body: unknown): Promise<string> {
  return serve((_request, response) => answer(response, status, body));
}

async function serve(listener: (...call: Parameters<RequestListener>) => unknown): Promise<string> {
  return (await listenInTest(createServer((request, response) => void listener(request, response)))).url;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  return JSON.parse(await text(request));
}
