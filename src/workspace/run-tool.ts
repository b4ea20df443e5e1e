import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createDeferred } from '../storage/deferred.ts';

export interface ToolOptions {
  cwd: string;
  /** The whole environment of the command. */
  env: Record<string, string>;
  /** After this time the command and all it started are killed. */
  timeoutMs: number;
  /** Once so much was printed the command is killed: the rest is not wanted. */
  maxBytes?: number;
  input?: Uint8Array;
  /** Once it has fired nothing is started any more. */
  signal?: AbortSignal | undefined;
  /** Once it has fired nobody wants the answer any more: the command is killed. */
  unwanted?: AbortSignal | undefined;
}

export interface ToolResult {
  /** `missing`: there is no such program, or it may not be run. */
  ended: 'exited' | 'timedOut' | 'cut' | 'missing';
  exitCode: number | null;
  stdout: Buffer;
  stderr: string;
}

/** What the system holds in its own hands outlives a kill, and is not waited for. */
const UNKILLABLE_MS = 2_000;
const STDERR_BYTES = 64 * 1024;
const STDOUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a short command to its end. Never throws: what went wrong is in the result.
 *
 * Not through execa, whose bookkeeping takes 2 ms of processor time per command, as much as git itself for a small
 * repository: with twenty repositories that was a third of an answer.
 */
export async function runTool(
  command: readonly [string, ...string[]],
  options: ToolOptions,
): Promise<ToolResult> {
  const { signal, unwanted } = options;
  const child = signal?.aborted || unwanted?.aborted ? null : start(command, options);
  if (child === null) return MISSING;
  let killedAs: 'timedOut' | 'cut' | undefined;
  const givenUp = createDeferred<null>();
  const kill = (reason: 'timedOut' | 'cut') => {
    if (killedAs === undefined) setTimeout(givenUp.resolve, UNKILLABLE_MS, null).unref();
    killedAs ??= reason;
    killGroup(child.pid);
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const limit = setTimeout(() => kill('timedOut'), options.timeoutMs);
  unwanted?.addEventListener('abort', () => kill('cut'), { once: true });
  const stdout = collect(child.stdout, {
    maxBytes: options.maxBytes ?? STDOUT_BYTES,
    onFull: () => kill('cut'),
  });
  const stderr = collect(child.stderr, { maxBytes: STDERR_BYTES, onFull: () => undefined });
  const exitCode = await Promise.race([untilClosed(child), givenUp.promise]);
  clearTimeout(limit);
  if (child.pid === undefined) return MISSING;
  return { ended: killedAs ?? 'exited', exitCode, stdout: stdout(), stderr: stderr().toString('utf8') };
}

const MISSING: ToolResult = { ended: 'missing', exitCode: null, stdout: Buffer.alloc(0), stderr: '' };

type Tool = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** Null when the system refuses at once, such as arguments that are too long. */
function start([file, ...args]: readonly [string, ...string[]], options: ToolOptions): Tool | null {
  const { cwd, env, input } = options;
  try {
    const stdin = input === undefined ? 'ignore' : 'pipe';
    const child = spawn(file, args, { cwd, env, detached: true, stdio: [stdin, 'pipe', 'pipe'] }) as Tool;
    child.stdin?.on('error', () => undefined); // it ended without reading all: its exit code tells
    child.stdin?.end(input);
    return child;
  } catch {
    return null;
  }
}

/** Resolves with the exit code, or null after a signal, once the command is gone and all it printed was read. */
function untilClosed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('error', () => undefined); // it could not be started: it has no pid, and closes
    child.once('close', resolve);
  });
}

/** The command leads a group of its own, so that its children go with it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** Keeps the first `maxBytes`; the returned function tells them. */
function collect(
  stream: Readable,
  { maxBytes, onFull }: { maxBytes: number; onFull: () => void },
): () => Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    if (length >= maxBytes) return;
    chunks.push(chunk.subarray(0, maxBytes - length));
    length += chunk.length;
    if (length > maxBytes) onFull();
  });
  return () => Buffer.concat(chunks);
}
