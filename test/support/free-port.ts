import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that the kernel gives to whoever asks for any. */
const PORTS = { first: 10_000, perWorker: 1_000, workers: 20 };

/**
 * A port that stays free until a server takes it, and while that is killed and started again: none that the kernel gives
 * to somebody else, nor one of another worker.
 */
export async function findFreePort(): Promise<number> {
  const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % PORTS.workers;
  const port = PORTS.first + worker * PORTS.perWorker + randomInt(PORTS.perWorker);
  return (await isFree(port)) ? port : findFreePort();
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!(await listening)) return false;
  server.close();
  await once(server, 'close');
  return true;
}
