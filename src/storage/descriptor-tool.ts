import { spawn } from 'node:child_process';
import { reasonOf } from '../contract/reason-of.ts';

export interface ToolResult {
  /** Exit code; null when the tool could not be started or was killed. */
  code: number | null;
  stderr: string;
}

/** Runs a system tool with one of our descriptors as its descriptor 3. Never rejects. */
export function runOnDescriptor(
  descriptor: number,
  command: readonly [string, ...string[]],
): Promise<ToolResult> {
  const [file, ...parameters] = command;
  const running = new Promise<ToolResult>((resolve) => {
    const child = spawn(file, parameters, { stdio: ['ignore', 'ignore', 'pipe', descriptor] });
    let stderr = '';
    child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
    child.on('error', (error) => resolve({ code: null, stderr: error.message }));
    child.on('close', (code) => resolve({ code, stderr }));
  });
  // `spawn` throws where the system has no memory for a process.
  return running.catch((error: unknown) => ({ code: null, stderr: reasonOf(error) }));
}
