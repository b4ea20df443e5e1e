import { open } from 'node:fs/promises';
import { filesOf, type Run } from './run.ts';

const TAIL_BYTES = 4096;

/** The end of what a run said on its standard error, for people; empty when it said nothing. */
export async function readStderrTail(run: Run): Promise<string> {
  try {
    const file = await open(filesOf(run).stderr, 'r');
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
      return buffer.toString('utf8', 0, bytesRead).trim();
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
}
