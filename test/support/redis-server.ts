import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseRedisUrl, type RedisAddress } from '../../src/environment/redis-url.ts';
import { findFreePort } from './free-port.ts';

const run = promisify(execFile);

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly address: RedisAddress;
  /** What `redis-cli` answers. */
  ask(...words: string[]): Promise<string>;
  /** Dead at once, as by a power cut of the process. */
  kill(): Promise<void>;
  /** Up again, with what its disk has. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** A Redis of the test's own, which keeps what it acknowledges unless told otherwise. */
export async function startRedis(...options: string[]): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  const port = await findFreePort();
  const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  let server: ChildProcess | undefined;

  const ask = async (...words: string[]) => {
    const { stdout } = await run('redis-cli', ['-p', String(port), ...words]);
    return stdout.trim();
  };
  const start = async () => {
    server = spawn('redis-server', [...settings, ...place, ...options], { stdio: 'ignore' });
    while (!/PONG|NOAUTH/.test(await ask('PING').catch(() => ''))) {
      if (server.exitCode !== null) throw new Error(`redis-server exited with ${server.exitCode}.`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const kill = async () => {
    const dying = server;
    if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
    const exited = once(dying, 'exit');
    dying.kill('SIGKILL');
    await exited;
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    address: parseRedisUrl(`redis://127.0.0.1:${port}`)!,
    ask,
    kill,
    start,
    async remove() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
