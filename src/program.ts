import { setTimeout as delay } from 'node:timers/promises';
import { EngineError } from './errors.ts';
import type { Environment } from './environment/engine-env.ts';
import type { Log } from './log.ts';
import type { RunningServer } from './engine/serve.ts';
import { limitHeap } from './limit-heap.ts';

/** Whoever sends SIGTERM expects the process to be gone within ten seconds. */
const STOP_DEADLINE_MS = 9_000;
const LOG_FLUSH_MS = 500;

/** What this process runs, once it runs. */
interface Running {
  stop(): Promise<void>;
  handOver?(): Promise<void>;
  moved?: Promise<void>;
  log?: Log;
}

type Goodbye = (running: Running) => Promise<void> | undefined;

process.stderr.on('error', () => undefined); // whoever read it has seen enough

/** What is asked for most often, and by machines: it is there before the command line would be loaded. */
export function serveEngine(): Promise<void> {
  return supervise((signal) => startServer(process.env, signal));
}

export async function runCommand(): Promise<void> {
  const { runProgram } = await import('./cli/run-program.ts');
  process.exitCode = await runProgram({
    variables: process.env,
    exit: (code) => process.exit(code),
    serve: serveEngine,
    dev: (options) => supervise(() => startDevelopment(options)),
    loadWorkspaceFiles: () => import('./engine/workspace-file.ts'),
  });
}

async function startServer(environment: Environment, signal?: AbortSignal): Promise<RunningServer> {
  const { serve } = await import('./engine/serve.ts');
  limitHeap(true);
  const server = await serve(environment, signal);
  server.failed.catch((error: unknown) => fail(error, server.log));
  return server;
}

async function startDevelopment({ real = false, port }: { real?: boolean; port?: number }): Promise<Running> {
  const { startDev } = await import('./dev/dev.ts');
  const dev = await startDev({
    real,
    environment: process.env,
    serve: startServer,
    port,
  });
  process.stdout.write(`${dev.welcome}\n`);
  return dev;
}

/** Ends this process as signals ask, and when what it runs cannot start or go on. */
async function supervise(start: (signal: AbortSignal) => Promise<Running>): Promise<void> {
  const early = new AbortController();
  const starting = start(early.signal);
  const state: { log?: Log; leaving?: Promise<void> } = {};
  const leave = (goodbye: Goodbye) => {
    early.abort();
    state.leaving ??= end(starting, goodbye, state).catch((error: unknown) => fail(error, state.log));
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => leave((running) => running.stop()));
  }
  process.on('SIGUSR2', () => leave((running) => running.handOver?.()));
  process.on('uncaughtException', (error) => void fail(error, state.log));
  process.on('unhandledRejection', (error) => void fail(error, state.log));
  const { log, moved } = await starting.catch(refuse);
  if (log) state.log = log;
  void moved?.then(() => leave((running) => running.stop()));
}

/** A disk that hangs keeps nobody waiting: what is not on it was not told either, and the next start goes on from there. */
async function end(starting: Promise<Running>, goodbye: Goodbye, state: { log?: Log }): Promise<void> {
  const overdue = delay(STOP_DEADLINE_MS, true);
  const isOverdue = await Promise.race([starting.then(goodbye).then(() => false), overdue]);
  if (isOverdue) state.log?.warn('stopping took too long: the next start takes up what is left');
  await exit(0, state.log);
}

function refuse(error: unknown): never {
  const isExpected = error instanceof EngineError;
  process.stderr.write(`${isExpected ? error.message : toText(error)}\n`);
  process.exit(isExpected ? error.exitCode : 1);
}

/** Agents are left alone: the next engine attaches to them. */
async function fail(error: unknown, log: Log | undefined): Promise<void> {
  if (log) log.fatal({ err: error }, 'the engine cannot go on');
  else process.stderr.write(`${toText(error)}\n`);
  await exit(error instanceof EngineError ? error.exitCode : 1, log);
}

async function exit(code: number, log: Log | undefined): Promise<void> {
  const flushed = new Promise<void>((resolve) => (log ? log.flush(() => resolve()) : resolve()));
  await Promise.race([flushed, delay(LOG_FLUSH_MS)]);
  process.exit(code);
}

function toText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
