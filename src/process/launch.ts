import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { filesOf, RUN_MARKER, type Run } from './run.ts';
import { SHIM } from './shim.ts';
import type { Strays } from './strays.ts';

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

/**
 * Starts a process that outlives the engine. Making the folder is the claim: it fails with `EEXIST` when the run was
 * launched before, so nothing starts twice. A command that cannot be executed ends with exit code 126 or 127.
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
  const shell = spawn('/bin/sh', ['-c', SHIM, 'sh', run.folder, options.command, ...options.args], {
    cwd: options.cwd,
    env: { ...options.env, [RUN_MARKER]: run.id },
    stdio: 'ignore',
    detached: true,
  });
  await once(shell, 'spawn');
  shell.unref();
  await waitUntilStarted(run, shell);
}

async function waitUntilStarted(run: Run, shell: ChildProcess): Promise<void> {
  const { pid } = filesOf(run);
  for (let waited = 0; waited < START_LIMIT_MS; waited += 5) {
    if (shell.exitCode !== null || (await exists(pid))) return;
    await delay(5);
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
