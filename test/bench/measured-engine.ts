import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ChatListSchema } from '../../src/contract/chats.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const SECRET = 'secret-of-the-benchmark';

export interface MeasuredEngine {
  pid: number;
  url: string;
  secret: string;
  /** From spawn to the first answer of `GET /health`, in milliseconds. */
  coldStartMs: number;
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export interface MeasuredEngineOptions {
  claude?: string;
  /** Without the sign of cloud-init messages are accepted and wait. */
  isBooted?: boolean;
  /** Fills the home before the engine starts. */
  prepare?: (home: string) => void;
  /** Kept when it stops; without it an empty one is made, and removed. */
  home?: string;
  /** For the agent that prints at a steady rate. */
  LINES_PER_SECOND?: string;
  LINES?: string;
  REPLICA_LOG_URL?: string;
  /** As the files in `docs/deploy` set it. */
  MALLOC_ARENA_MAX?: string;
}

/** The built engine, in an empty home of its own unless told. */
export async function startMeasuredEngine({
  claude = 'claude',
  isBooted = true,
  prepare,
  home: kept,
  ...agentSettings
}: MeasuredEngineOptions = {}): Promise<MeasuredEngine> {
  const home = kept ?? mkdtempSync(join(tmpdir(), 'engine-bench-'));
  const sign = join(home, 'cloud-init-output.log');
  if (isBooted) writeFileSync(sign, '');
  prepare?.(home);
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      WORKSPACE_HOME: home,
      REPLICAS_ENGINE_SECRET: SECRET,
      WORKSPACE_ID: 'benchmark',
      MONOLITH_URL: 'http://127.0.0.1:9',
      HOST: '127.0.0.1',
      PORT: String(port),
      CLOUD_INIT_OUTPUT_LOG: sign,
      CLAUDE_PATH: claude,
      LOG_LEVEL: 'warn',
      ...agentSettings,
    },
  });
  await untilHealthy(url);
  const coldStartMs = performance.now() - startedAt;
  return {
    pid: child.pid ?? 0,
    url,
    secret: SECRET,
    coldStartMs,
    call: callOf(url),
    async stop() {
      await stop(child);
      if (kept === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The chat of Claude Code that there is from the first start. */
export async function chatOf(engine: MeasuredEngine): Promise<string> {
  const { chats } = ChatListSchema.parse(await engine.call('GET', '/chats'));
  return chats.find(({ provider }) => provider === 'claude')?.id ?? '';
}

/** Asks until somebody answers. */
export async function untilHealthy(url: string): Promise<void> {
  for (;;) {
    const isHealthy = await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isHealthy) return;
    await delay(2);
  }
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No TCP port is free.');
  return address.port;
}

/** Memory of a process in MiB. */
export function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** The value below which `share` of the sample lies. */
export function percentile(sample: readonly number[], share: number): number {
  const sorted = sample.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export const HEADERS = { 'x-replicas-engine-secret': SECRET };

function callOf(url: string) {
  return async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: HEADERS,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.json();
  };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
