import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';

export interface ToolOptions {
  cwd: string;
  /** The whole environment of the command. */
  env: Record<string, string>;
  /** After this time the command and all it started are killed. */
  timeoutMs: number;
  /** Once so much was printed the command is killed: the rest is not wanted. */
  maxBytes?: number;
  input?: Uint8Array;
}

export interface ToolResult {
  /** `missing`: there is no such program, or it may not be run. */
  ended: 'exited' | 'timedOut' | 'cut' | 'missing';
  exitCode: number | null;
  stdout: Buffer;
  stderr: string;
}

const STDERR_BYTES = 64 * 1024;
const STDOUT_BYTES = 64 * 1024 * 1024;

/** Runs a short command to its end. Never throws: what went wrong is in the result. */
export async function runTool(
  command: readonly [string, ...string[]],
  options: ToolOptions,
): Promise<ToolResult> {
  const { execa } = await import('execa');
  const [file, ...args] = command;
  const child = execa(file, args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    reject: false,
    buffer: false,
    detached: true,
    cleanup: false,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  let killedAs: 'timedOut' | 'cut' | undefined;
  const kill = (reason: 'timedOut' | 'cut') => {
    killedAs ??= reason;
    killGroup(child.pid);
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const limit = setTimeout(() => kill('timedOut'), options.timeoutMs);
  const stdout = collect(child.stdout, {
    maxBytes: options.maxBytes ?? STDOUT_BYTES,
    onFull: () => kill('cut'),
  });
  const stderr = collect(child.stderr, { maxBytes: STDERR_BYTES, onFull: () => undefined });
  const result = await child;
  clearTimeout(limit);
  return {
    ended: killedAs ?? (result.exitCode === undefined && result.signal === undefined ? 'missing' : 'exited'),
    exitCode: result.exitCode ?? null,
    stdout: stdout(),
    stderr: stderr().toString('utf8'),
  };
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
