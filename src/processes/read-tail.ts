import { open } from 'node:fs/promises';
import { filesOf, type Run } from './run.ts';

const STDERR_BYTES = 4096;

/** The end of what a run said on its standard error, for people; empty when it said nothing. */
export async function readStderrTail(run: Run): Promise<string> {
  return (await readTail(filesOf(run).stderr, STDERR_BYTES)).trim();
}

/** The end of a text file; empty where there is none. */
export async function readTail(file: string, mostBytes: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, mostBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  } finally {
    await handle.close();
  }
}
