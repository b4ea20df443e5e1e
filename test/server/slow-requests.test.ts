import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startListener } from '../../src/server/listen.ts';
import { SECRET, startApp } from '../support/fake-engine.ts';
import { sendRaw } from '../support/raw-http.ts';

const { createServer } = http;

/** A server looks for late requests every thirty seconds, unless it is made with another interval. */
beforeAll(() => {
  http.createServer = ((answer: http.RequestListener) =>
    createServer({ connectionsCheckingInterval: 20 }, answer)) as typeof createServer;
  syncBuiltinESMExports();
});
afterAll(() => {
  http.createServer = createServer;
  syncBuiltinESMExports();
});

const HEAD = `POST /chats/c1/messages HTTP/1.1\r\nHost: x\r\nX-Replicas-Engine-Secret: ${SECRET}\r\n`;

it.each([
  ['a head', HEAD],
  ['a body', `${HEAD}Content-Length: 100\r\n\r\n{"mess`],
  ['a body in chunks', `${HEAD}Transfer-Encoding: chunked\r\n\r\n6\r\n{"mess\r\n`],
])('cuts %s that does not come to its end, and says why', async (_name, text) => {
  const { app, log } = startApp();
  const listener = await startListener(app, {
    host: '127.0.0.1',
    port: 0,
    bodyMaxBytes: 1_000,
    requestTimeoutMs: 100,
    log,
  });

  const { status, body } = await sendRaw(listener.url, text);

  expect({ status, body: JSON.parse(body) as unknown }).toEqual({
    status: 408,
    body: {
      error: 'The head of the request or its body did not arrive within a minute or two. Nothing was done.',
      code: 'request_timeout',
    },
  });
  await listener.close();
});
