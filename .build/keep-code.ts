/** Starts the built engine once and keeps the code that V8 makes of it, so that an installed one starts with it. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CodeCache } from '../src/code-cache.ts';

type Program = typeof import('../src/program.ts');

const home = mkdtempSync(join(tmpdir(), 'replicas-engine-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
const secret = 'secret-of-a-build';
const port = await findFreePort();
Object.assign(process.env, {
  WORKSPACE_HOME: home,
  REPLICAS_ENGINE_SECRET: secret,
  WORKSPACE_ID: 'build',
  MONOLITH_URL: 'http://127.0.0.1:9',
  HOST: '127.0.0.1',
  PORT: String(port),
  CLOUD_INIT_OUTPUT_LOG: home,
  LOG_LEVEL: 'fatal',
});
const code = new CodeCache({ folder: resolve('dist/src'), entry: 'program.cjs' });
await (code.run() as Program).serveEngine();
await fetch(`http://127.0.0.1:${port}/status`, { headers: { 'x-replicas-engine-secret': secret } });
await code.keep();
process.kill(process.pid, 'SIGTERM');

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as { port: number };
  server.close();
  return free;
}
