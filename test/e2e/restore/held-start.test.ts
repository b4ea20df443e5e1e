import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { launchEngine, waitForHealth } from '../../support/engine-process.ts';
import { findFreePort } from '../../support/free-port.ts';
import { createBootedHome, signOf } from '../../support/start-in-process.ts';

it('ends in order while the log that it is to be restored from speaks nonsense', async () => {
  const home = await createBootedHome();
  const redis = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write('$-5\r\n*9999999\r\n:abc\r\n\0\0\0HTTP/1.1 200 OK\r\n\r\n'));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void redis.close());
  await once(redis, 'listening');
  const port = await findFreePort();
  const engine = launchEngine({
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    PORT: String(port),
    REPLICAS_ENGINE_SECRET: 'secret-of-the-tests',
    WORKSPACE_ID: 'workspace',
    MONOLITH_URL: 'http://127.0.0.1:9',
    WORKSPACE_HOME: home,
    CLOUD_INIT_OUTPUT_LOG: signOf(home),
    REPLICA_LOG_URL: `redis://127.0.0.1:${(redis.address() as AddressInfo).port}`,
  });
  await waitForHealth(engine, `http://127.0.0.1:${port}`);
  await expect.poll(engine.logs, { timeout: 60_000 }).toContain('the workspace cannot be restored yet');

  expect(await engine.end('SIGTERM')).toEqual({ code: 0, signal: null });
});
