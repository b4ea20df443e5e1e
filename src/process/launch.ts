import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { filesOf, RUN_MARKER, type Run } from './run.ts';
import { SHIM } from './shim.ts';
import { readStderrTail } from './stderr-tail.ts';
import type { Strays } from './strays.ts';
import { isPassingWant, StartError } from './want.ts';

export interface LaunchOptions {
  command: string;
  args: readonly string[];
  /** The whole environment; the marker is added. */
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** What the process finds on its standard input at once. */
  stdin?: Buffer;
  /** Kept in the folder for whoever meets the run later. */
  note?: string;
  /** What has to end with the process, though it left its session. */
  strays?: Strays;
  /** Kept in the folder for the process to read. */
  prompt?: string | undefined;
}

/** How long the shell may take to start the process before the run counts as launched all the same. */
const START_LIMIT_MS = 5_000;

/** What was wanting may be there again then. */
const RETRY_MS = 500;

/**
 * Starts a process that outlives the engine. Making the folder is the claim: it fails with `EEXIST` when the run was
 * launched before, so nothing starts twice. What could not start for want of processes, memory or files is tried once more.
 * A command that cannot be executed ends with exit code 126 or 127.
 * @throws {StartError} with what the shell said, when the command never ran.
 */
export async function launch(run: Run, options: LaunchOptions): Promise<void> {
  await mkdir(run.folder, { mode: 0o700 });
  const files = filesOf(run);
  if (options.strays !== undefined) {
    await writeFile(files.strays, JSON.stringify(options.strays), { mode: 0o600 });
  }
  if (options.note !== undefined) await writeFile(files.note, options.note, { mode: 0o600 });
  if (options.prompt !== undefined) await writeFile(files.prompt, options.prompt, { mode: 0o600 });
  if (options.stdin !== undefined) await writeFile(files.stdin, options.stdin, { mode: 0o600 });
  try {
    await start(run, options);
  } catch (error) {
    if (!isPassingWant(error)) throw error;
    await delay(RETRY_MS);
    for (const left of [files.shim, files.stderr, join(run.folder, 'pipe')]) await rm(left, { force: true });
    await start(run, options);
  }
}

async function start(run: Run, options: LaunchOptions): Promise<void> {
  const shell = await spawnShell(run, options);
  shell.unref();
  if (await isStarted(run, shell)) return;
  throw new StartError(await readStderrTail(run));
}

/** What the shell itself has to say goes where the process complains too. */
async function spawnShell(run: Run, { command, args, cwd, env }: LaunchOptions): Promise<ChildProcess> {
  const stderr = await open(filesOf(run).stderr, 'a', 0o600);
  try {
    const shell = spawn('/bin/sh', ['-c', SHIM, 'sh', run.folder, command, ...args], {
      cwd,
      env: { ...env, [RUN_MARKER]: run.id },
      stdio: ['ignore', 'ignore', stderr.fd],
      detached: true,
    });
    await once(shell, 'spawn');
    return shell;
  } finally {
    await stderr.close();
  }
}

/** False when the shell is gone and has started nothing. */
async function isStarted(run: Run, shell: ChildProcess): Promise<boolean> {
  const { pid } = filesOf(run);
  for (let waited = 0; waited < START_LIMIT_MS; waited += 5) {
    const isOver = shell.exitCode !== null || shell.signalCode !== null;
    if (await exists(pid)) return true;
    if (isOver) return false;
    await delay(5);
  }
  return true;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
