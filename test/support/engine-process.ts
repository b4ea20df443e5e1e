import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { fetchOnce } from './fetch-once.ts';
import { watchForSecrets } from './secret-watch.ts';

/** The built program: run `npm run build` before the tests that start an engine. */
export const PROGRAM = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

export type Environment = Readonly<Record<string, string | undefined>>;

/** How an engine's process ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface EngineProcess {
  readonly pid: number;
  readonly exited: Promise<Ending>;
  /** Everything it printed. */
  readonly logs: () => string;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ending>;
  isAlive(): boolean;
}

/** Stops an engine as users do; nothing to do for one that is over. */
export async function stopEngine(engine: EngineProcess): Promise<void> {
  if (engine.isAlive()) expect(await engine.end('SIGTERM')).toEqual({ code: 0, signal: null });
}

/** Starts `replicas-engine` with exactly this environment, and watches for secrets; it need not have got anywhere yet. */
export function launchEngine(
  environment: Environment,
  {
    program = PROGRAM,
    command = ['serve'],
    cwd = '/',
  }: { program?: string; command?: readonly string[]; cwd?: string } = {},
): EngineProcess {
  const child = spawn(process.execPath, [program, ...command], {
    cwd,
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const logs = collectOutput(child);
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }) as Ending);
  const pid = child.pid ?? 0;
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const home = environment['WORKSPACE_HOME'] ?? join(cwd, '.replicas-dev');
  watchForSecrets({ pid, home, environment, logs, isAlive });
  return { pid, exited, logs, end: (signal) => (child.kill(signal), exited), isAlive };
}

/** Waits until the engine answers `GET /health`; fails with its output when it ends instead. */
export async function waitForHealth(engine: EngineProcess, url: string): Promise<void> {
  const ended = engine.exited.then(() => {
    throw new Error(`The engine ended:\n${engine.logs()}`);
  });
  const isUp = async () => expect(await isHealthy(url)).toBe(true);
  const healthy = vi.waitFor(isUp, { timeout: 60_000, interval: 50 });
  await Promise.race([healthy, ended]);
}

function collectOutput(child: ChildProcess): () => string {
  let output = '';
  const add = (part: Buffer) => {
    output += part.toString();
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => output;
}

async function isHealthy(url: string): Promise<boolean> {
  return fetchOnce(`${url}/health`)
    .then((response) => response.ok)
    .catch(() => false);
}
