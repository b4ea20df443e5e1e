#!/usr/bin/env node
import nodeModule from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { Command, InvalidArgumentError } from 'commander';
import { EngineError } from './errors.ts';
import type { Environment } from './engine-env.ts';
import type { Log } from './log.ts';
import type { RunningServer } from './serve.ts';

/** Whoever sends SIGTERM expects the process to be gone within ten seconds. */
const STOP_DEADLINE_MS = 9_000;
const LOG_FLUSH_MS = 500;

/** What this process runs, once it runs. */
interface Running {
  stop(): Promise<void>;
  handOver?(): Promise<void>;
  log?: Log;
}

type Goodbye = (running: Running) => Promise<void> | undefined;

const program = new Command('replicas-engine').description(
  'The workspace runtime that powers coding agents.',
);

program
  .command('serve', { isDefault: true })
  .description('run the engine of a workspace, as its environment variables say')
  .action(() => supervise(startServer()));

program
  .command('dev')
  .description('try the engine on this machine, without a workspace and without an account')
  .option('--real', 'talk to the real model, with the account of this environment')
  .option('--port <port>', 'port to listen on; 0 takes any free one', toPort)
  .action((options: { real?: true; port?: number }) => supervise(startDevelopment(options)));

const hooks = program.command('hooks').description("try a repository's hooks without an engine");

hooks
  .command('run [dir]')
  .description('run the start hook of a repository as the engine would')
  .option('--warm', 'run the warm hook instead')
  .action((dir: string | undefined, options: { warm?: true }) => runHooks(dir ?? '.', options));

hooks
  .command('check [dir]')
  .description("read a repository's replicas.json, .yaml or .yml and name what is wrong")
  .action(async (dir: string | undefined) => {
    const { checkHooks } = await import('./cli/check-hooks.ts');
    process.exitCode = checkHooks(dir ?? '.', print);
  });

program
  .command('machines')
  .description('look at the statecharts of the engine')
  .command('export [dir]')
  .description('write every statechart: JSON for Stately Studio, Mermaid, SVG')
  .action(async (dir: string | undefined) => {
    const { exportMachines } = await import('./cli/export-machines.ts');
    await exportMachines(dir ?? 'machines-export', print);
  });

await program.parseAsync();

async function runHooks(folder: string, { warm = false }: { warm?: boolean }): Promise<void> {
  const cli = await import('./cli/run-hooks.ts');
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const env = Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  process.exitCode = await cli.runHooks({
    folder,
    kind: warm ? 'warm' : 'start',
    env: Object.fromEntries(env),
    isTerminal: process.stdout.isTTY,
    width: process.stdout.columns || Number.POSITIVE_INFINITY,
    signal: stop.signal,
    print,
  });
}

function print(text: string): void {
  process.stdout.write(text);
}

async function startServer(environment: Environment = process.env): Promise<RunningServer> {
  const { serve } = await loadServe();
  const server = await serve(environment);
  // What a burst of events leaves behind is garbage: a heap that grows slowly from here on stays small.
  setFlagsFromString('--heap-growing-percent=100');
  server.failed.catch((error: unknown) => fail(error, server.log));
  return server;
}

async function startDevelopment({ real = false, port }: { real?: boolean; port?: number }): Promise<Running> {
  const { startDev } = await import('./dev/dev.ts');
  const dev = await startDev({
    real,
    environment: process.env,
    serve: startServer,
    ...(port !== undefined && { port }),
  });
  process.stdout.write(`${dev.welcome}\n`);
  return dev;
}

/** Loaded late, so that the compile cache of newer Nodes covers it. */
function loadServe() {
  if ('enableCompileCache' in nodeModule && typeof nodeModule.enableCompileCache === 'function') {
    nodeModule.enableCompileCache();
  }
  return import('./serve.ts');
}

/** Ends this process as signals ask, and when what it runs cannot start or go on. */
async function supervise(starting: Promise<Running>): Promise<void> {
  const state: { log?: Log; leaving?: Promise<void> } = {};
  const leave = (goodbye: Goodbye) => {
    state.leaving ??= end(starting, goodbye).catch((error: unknown) => fail(error, state.log));
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => leave((running) => running.stop()));
  }
  process.on('SIGUSR2', () => leave((running) => running.handOver?.()));
  process.on('uncaughtException', (error) => void fail(error, state.log));
  process.on('unhandledRejection', (error) => void fail(error, state.log));
  const { log } = await starting.catch(refuse);
  if (log) state.log = log;
}

async function end(starting: Promise<Running>, goodbye: Goodbye): Promise<void> {
  const overdue = delay(STOP_DEADLINE_MS).then(() => Promise.reject(new Error('Stopping took too long.')));
  await Promise.race([starting.then(goodbye), overdue]);
  const { log } = await starting;
  await exit(0, log);
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
  await exit(1, log);
}

async function exit(code: number, log: Log | undefined): Promise<void> {
  const flushed = new Promise<void>((resolve) => (log ? log.flush(() => resolve()) : resolve()));
  await Promise.race([flushed, delay(LOG_FLUSH_MS)]);
  process.exit(code);
}

function toText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It is a number from 0 to 65535.');
}
