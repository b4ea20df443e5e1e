import { afterEach, describe, expect, it } from 'vitest';
import { startListener, type Listener } from '../../src/server/listen.ts';
import { SECRET, startApp } from '../support/fake-engine.ts';
import { sendRaw } from '../support/raw-http.ts';

const listeners: Listener[] = [];

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
});

const REFUSED: Record<string, { text: string; status: number; code: string; error: string }> = {
  'a host with an impossible port': {
    text: 'GET /health HTTP/1.1\r\nHost: x:99999\r\n\r\n',
    ...malformed('the header Host is not a host with an optional port'),
  },
  'a host that is a wrong address': {
    text: 'GET /health?token=abc HTTP/1.1\r\nHost: 1.2.3.4.5\r\n\r\n',
    ...malformed('the header Host is not a host with an optional port'),
  },
  'a host with a path in it': {
    text: 'GET /health HTTP/1.1\r\nHost: a/../b\r\n\r\n',
    ...malformed('the header Host is not a host with an optional port'),
  },
  'no host': {
    text: 'GET /health HTTP/1.1\r\n\r\n',
    ...malformed('the header Host is missing'),
  },
  'a target with an impossible port': {
    text: 'GET http://x:99999/health HTTP/1.1\r\nHost: x\r\n\r\n',
    ...malformed('its target is no URL'),
  },
  'a target of another scheme': {
    text: 'GET foo://1.2.3.4.5/health HTTP/1.1\r\nHost: x\r\n\r\n',
    ...malformed('its target is no URL'),
  },
  'a target that is a word': {
    text: 'GET health HTTP/1.1\r\nHost: x\r\n\r\n',
    ...malformed('Invalid characters in url'),
  },
  'what is no HTTP': { text: 'GARBAGE\r\n\r\n', ...malformed('Invalid method encountered') },
  'another version of HTTP': {
    text: 'GET / HTTP/9.9\r\n\r\n',
    ...malformed('Invalid HTTP version'),
  },
  'a greeting of HTTP/2': {
    text: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ...malformed('Pause on PRI/Upgrade'),
  },
  'a NUL in a header': {
    text: 'GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n',
    ...malformed('Invalid header value char'),
  },
  'two lengths': {
    text: 'POST /chats HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    ...malformed('Duplicate Content-Length'),
  },
  'an expectation of something else': {
    text: 'GET /health HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n',
    status: 417,
    code: 'expectation_failed',
    error: 'The header Expect asks for something other than 100-continue.',
  },
  'a tunnel': {
    text: 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n',
    status: 405,
    code: 'method_not_allowed',
    error: 'CONNECT is not allowed here; use DELETE, GET, HEAD, PATCH, or POST.',
  },
  'headers of 20 KiB': {
    text: `GET /health HTTP/1.1\r\nHost: x\r\nX-A: ${'x'.repeat(20_000)}\r\n\r\n`,
    status: 431,
    code: 'headers_too_large',
    error: 'The URL and the headers are together larger than 16 KiB.',
  },
  'a target of 20 KiB': {
    text: `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    status: 431,
    code: 'headers_too_large',
    error: 'The URL and the headers are together larger than 16 KiB.',
  },
  'a chunk with 20 KiB of extensions': {
    text: `POST /chats HTTP/1.1\r\nHost: x\r\nX-Replicas-Engine-Secret: ${SECRET}\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}`,
    status: 413,
    code: 'payload_too_large',
    error: 'The body is larger than BODY_MAX_BYTES.',
  },
};

describe('a request that cannot be taken in', () => {
  it.each(Object.entries(REFUSED))('%s is refused in the one shape', async (_name, expected) => {
    const { url } = await start();

    const { status, headers, body } = await sendRaw(url, expected.text);

    expect({ status, body: JSON.parse(body) as unknown }).toMatchObject({
      status: expected.status,
      body: { code: expected.code, error: expected.error },
    });
    expect(headers).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('is answered under the id its sender gave it', async () => {
    const { url } = await start();

    const { headers } = await sendRaw(
      url,
      'GET /health HTTP/1.1\r\nHost: x:99999\r\nX-Request-Id: r-1\r\n\r\n',
    );

    expect(headers['x-request-id']).toBe('r-1');
  });
});

describe('a request that looks odd', () => {
  it.each([
    [
      'an upgrade',
      'GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      200,
    ],
    ['an empty host', 'GET /health HTTP/1.1\r\nHost:\r\n\r\n', 200],
    ['HTTP/1.0 without a host', 'GET /health HTTP/1.0\r\n\r\n', 200],
    ['a whole URL as its target', 'GET http://elsewhere/health HTTP/1.1\r\nHost: x\r\n\r\n', 200],
    ['a host that is an address of IPv6', 'GET /health HTTP/1.1\r\nHost: [::1]:3737\r\n\r\n', 200],
    ['a method nobody has', 'BREW /health HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a trace', `TRACE /health HTTP/1.1\r\nHost: x\r\nX-Replicas-Engine-Secret: ${SECRET}\r\n\r\n`, 405],
    ['an asterisk', `OPTIONS * HTTP/1.1\r\nHost: x\r\nX-Replicas-Engine-Secret: ${SECRET}\r\n\r\n`, 404],
  ])('with %s is answered', async (_name, text, status) => {
    const { url } = await start();

    expect((await sendRaw(url, text)).status).toBe(status);
  });
});

describe('an answer that breaks', () => {
  it('at once is a 500 that says where to look, and the engine lives', async () => {
    const { log, lines } = startApp();
    let isBroken = true;
    const { url } = await listen({
      log,
      fetch: () => {
        if (isBroken) throw new TypeError('x is undefined');
        return new Response('fine');
      },
    });

    const response = await fetch(`${url}/health?token=abc`, { headers: { 'x-request-id': 'r-1' } });
    isBroken = false;

    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      error: 'The engine failed; its log says more about "r-1".',
      code: 'internal',
      context: { requestId: 'r-1' },
    });
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', requestId: 'r-1', msg: 'a request failed' }),
    ]);
    expect(await (await fetch(url)).text()).toBe('fine');
  });

  it('later is one as well', async () => {
    const { log } = startApp();
    const { url } = await listen({ log, fetch: () => Promise.reject(new Error('later')) });

    expect((await fetch(url)).status).toBe(500);
  });
});

function malformed(reason: string) {
  return { status: 400, code: 'malformed_request', error: `This is not a valid HTTP request: ${reason}.` };
}

function start() {
  const { app, log } = startApp();
  return listen({ fetch: (request) => app.fetch(request), log });
}

async function listen({
  fetch,
  log,
}: {
  fetch: (request: Request) => Response | Promise<Response>;
  log: ReturnType<typeof startApp>['log'];
}) {
  const listener = await startListener(
    { fetch },
    { host: '127.0.0.1', port: 0, bodyMaxBytes: 1_000_000, log },
  );
  listeners.push(listener);
  return listener;
}
