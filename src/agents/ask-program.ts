import { execFile } from 'node:child_process';

export interface AskOptions {
  env?: Readonly<Record<string, string>>;
  limitMs?: number;
}

const LIMIT_MS = 10_000;

/** What a program prints; null when it fails, or does not end in time. It does not outlive whoever asks. */
export function askProgram(
  file: string,
  args: readonly string[],
  { env, limitMs = LIMIT_MS }: AskOptions = {},
): Promise<string | null> {
  return new Promise((resolve) => {
    const options = {
      ...(env && { env: { ...env } }),
      timeout: limitMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024,
    } as const;
    const child = execFile(file, args, options, (error, stdout) => {
      process.off('exit', kill);
      resolve(error === null ? stdout : null);
    });
    const kill = () => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.stdin?.end();
  });
}
