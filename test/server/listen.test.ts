import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../src/server/engine.ts';
import { startListener } from '../../src/server/listen.ts';
import type { Listener } from '../../src/server/listen.ts';
import { SECRET, startApp } from '../support/fake-engine.ts';

const MIB = 1024 * 1024;
const RECEIPT = { messageId: 'm1', queued: false, position: 0 };
const HEADERS = { 'x-replicas-engine-secret': SECRET };

const listeners: Listener[] = [];

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
});

describe('a listener', () => {
  it.each(['127.0.0.1', '0.0.0.0', '::1', 'localhost'])('answers on %s at the url it names', async (host) => {
    const { url } = await start({ host });

    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('refuses a port that is taken, instead of taking another', async () => {
    const port = Number(new URL((await start()).url).port);

    await expect(start({ port })).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
      context: { host: '127.0.0.1', port },
    });
  });

  it('refuses a port that browsers will not talk to, instead of taking another', async () => {
    await expect(start({ port: 6000 })).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
  });

  it('refuses an address that is not this machine’s', async () => {
    await expect(start({ host: '203.0.113.1', port: 45_873 })).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
    });
  });
});

describe('a path with dot segments', () => {
  it.each([
    '/chats/c/queue/..',
    '/chats/c/queue/%2E%2e',
    '/chats/c/queue/%2e%2e?x',
    '/chats/c/x/../queue/..',
    '/plans/..',
  ])('%s is no other path', async (path) => {
    const remove = vi.fn(async () => undefined);
    const { url } = await start({ chats: { remove } });
    const { socket, received } = await open(url);
    socket.write(`DELETE ${path} HTTP/1.1\r\n${head()}connection: close\r\n\r\n`);

    await expect.poll(received).toContain('HTTP/1.1 404');
    expect(remove).not.toHaveBeenCalled();
  });
});

describe('a body', () => {
  it('of exactly the limit is taken', async () => {
    const { url } = await start({ bodyMaxBytes: 2 * MIB });
    const body = JSON.stringify({ message: '' });
    const message = 'x'.repeat(2 * MIB - body.length);

    const response = await post(url, JSON.stringify({ message }));

    expect(response.status).toBe(200);
  });

  it('of one byte more is a 413', async () => {
    const { url } = await start({ bodyMaxBytes: 2 * MIB });

    const response = await post(url, 'x'.repeat(2 * MIB + 1));

    expect(response.status).toBe(413);
    expect(response.headers.get('connection')).toBe('close');
    expect(await response.json()).toEqual({
      error: 'The body is larger than BODY_MAX_BYTES.',
      code: 'payload_too_large',
    });
  });

  it('that says it is larger is refused at once, though nothing of it comes', async () => {
    const { url } = await start({ bodyMaxBytes: MIB });
    const client = await open(url);

    client.socket.write(`POST /chats/c1/messages HTTP/1.1\r\n${head()}content-length: ${MIB + 1}\r\n\r\n`);

    await once(client.socket, 'end');
    expect(client.received()).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*connection: close[\s\S]*"payload_too_large"\}$/i,
    );
    await isAlive(url);
  });

  it('that is much larger does not keep its sender from reading why it is refused', async () => {
    const { url } = await start({ bodyMaxBytes: MIB });

    const response = await post(url, 'x'.repeat(64 * MIB));

    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'payload_too_large' });
  });

  it('that is too large and chunked is a 413, and the engine lives', async () => {
    const { url } = await start({ bodyMaxBytes: MIB });
    const client = await open(url);

    client.socket.write(`POST /chats/c1/messages HTTP/1.1\r\n${head()}transfer-encoding: chunked\r\n\r\n`);
    for (let count = 0; count < 4; count += 1) client.socket.write(`80000\r\n${'x'.repeat(0x80000)}\r\n`);

    await expect.poll(client.received).toMatch(/^HTTP\/1\.1 413 [\s\S]*"payload_too_large"/);
    client.socket.destroy();
    await isAlive(url);
  });

  it.each([
    ['with a length', 'content-length: 100\r\n\r\n{"mess'],
    ['in chunks', 'transfer-encoding: chunked\r\n\r\n6\r\n{"mess\r\n'],
    ['in broken chunks', 'transfer-encoding: chunked\r\n\r\nnonsense\r\n'],
  ])('that is cut off %s reaches nobody, and the engine lives', async (_name, rest) => {
    const sent: unknown[] = [];
    const { url } = await start({
      messages: { send: async (_chatId, message) => (sent.push(message), RECEIPT) },
    });
    const client = await open(url);

    client.socket.end(`POST /chats/c1/messages HTTP/1.1\r\n${head()}${rest}`);
    await once(client.socket, 'close');

    await isAlive(url);
    expect(sent).toEqual([]);
  });
});

describe('what is no HTTP', () => {
  it.each(['GARBAGE\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`])(
    'is refused, and the engine lives: %#',
    async (text) => {
      const { url } = await start();
      const client = await open(url);

      client.socket.write(text);

      await expect.poll(client.received).toMatch(/^HTTP\/1\.1 4\d\d /);
      await isAlive(url);
    },
  );
});

describe('a client that closes its half of the connection', () => {
  it('is answered all the same', async () => {
    const asked = createDeferred<void>();
    const answering = createDeferred<typeof RECEIPT>();
    const { url } = await start({ messages: { send: () => (asked.resolve(), answering.promise) } });
    const client = await open(url);
    const body = '{"message":"x"}';

    client.socket.end(
      `POST /chats/c1/messages HTTP/1.1\r\n${head()}content-length: ${body.length}\r\n\r\n${body}`,
    );
    await asked.promise;
    await isAlive(url); // by now the engine knows of the end
    answering.resolve(RECEIPT);
    await once(client.socket, 'close');

    expect(client.received()).toMatch(/^HTTP\/1\.1 200 [\s\S]*"messageId":"m1"/);
  });

  it('has left, when it listens to a stream', async () => {
    const stream = new Readable({ read: () => {} });
    stream.push('id: 1\n\n');
    const { url } = await start({ events: { open: async () => stream } });
    const client = await open(url);

    client.socket.write(`GET /events HTTP/1.1\r\n${head()}\r\n`);
    await expect.poll(client.received).toContain('id: 1');
    client.socket.end();

    await expect.poll(() => stream.destroyed).toBe(true);
  });
});

describe('a stream', () => {
  it('is closed when its client leaves', async () => {
    const stream = new Readable({ read: () => {} });
    const { url } = await start({ events: { open: async () => stream } });
    const client = await open(url);
    stream.push('id: 1\n\n');

    client.socket.write(`GET /events HTTP/1.1\r\n${head()}\r\n`);
    await expect.poll(client.received).toContain('id: 1');
    client.socket.end();

    await expect.poll(() => stream.destroyed).toBe(true);
  });

  it('is closed when its client left before the engine opened it', async () => {
    const stream = new Readable({ read: () => {} });
    const opening = createDeferred<Readable>();
    const asked = createDeferred<void>();
    const { url } = await start({ events: { open: () => (asked.resolve(), opening.promise) } });
    const client = await open(url);

    client.socket.write(`GET /events HTTP/1.1\r\n${head()}\r\n`);
    await asked.promise;
    client.socket.destroy();
    opening.resolve(stream);

    await expect.poll(() => stream.destroyed).toBe(true);
  });
});

describe('closing', () => {
  it('waits for an answer that is under way', async () => {
    const answering = createDeferred<typeof RECEIPT>();
    const asked = createDeferred<void>();
    const listener = await start({ messages: { send: () => (asked.resolve(), answering.promise) } });

    const response = post(listener.url, '{"message":"x"}');
    await asked.promise;
    const closed = listener.close();
    answering.resolve(RECEIPT);

    expect(await (await response).json()).toEqual(RECEIPT);
    await closed;
  });

  it('cuts a stream that nobody ends', async () => {
    const stream = new Readable({ read: () => {} });
    stream.push('id: 1\n\n');
    const listener = await start({ events: { open: async () => stream } });
    const response = await fetch(`${listener.url}/events`, { headers: HEADERS });
    await response.body?.getReader().read();

    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const closed = listener.close();
    vi.advanceTimersByTime(2_000);
    vi.useRealTimers();
    await closed;

    await expect.poll(() => stream.destroyed).toBe(true);
    await expect(fetch(`${listener.url}/health`)).rejects.toThrow('fetch failed');
  });
});

interface Settings {
  host?: string;
  port?: number;
  bodyMaxBytes?: number;
  events?: Engine['events'];
  chats?: Partial<Engine['chats']>;
  messages?: Partial<Engine['messages']>;
}

async function start({
  host = '127.0.0.1',
  port = 0,
  bodyMaxBytes = MIB,
  messages,
  ...parts
}: Settings = {}) {
  const { app, log } = startApp({ messages: { send: async () => RECEIPT, ...messages }, ...parts });
  const listener = await startListener(app, { host, port, bodyMaxBytes, log });
  listeners.push(listener);
  return listener;
}

function post(url: string, body: string) {
  return fetch(`${url}/chats/c1/messages`, { method: 'POST', headers: HEADERS, body });
}

async function isAlive(url: string): Promise<void> {
  expect((await fetch(`${url}/health`)).status).toBe(200);
}

async function open(url: string): Promise<{ socket: Socket; received: () => string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  socket.on('error', () => {}); // The engine may reset a connection it refuses.
  await once(socket, 'connect');
  return { socket, received: () => text };
}

function head(): string {
  return `host: engine\r\nx-replicas-engine-secret: ${SECRET}\r\n`;
}

function createDeferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
