import { appendFileSync, closeSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { filesOf, type Run } from './run.ts';

const ALLOWED_BYTES = 1024 * 1024;
const KEPT_BYTES = 64 * 1024;
const EVERY_MS = 1_000;

/**
 * Cuts what a run says on its standard error back to the end of it, as often as that grows too large: nobody reads more, and
 * it may complain for ever. The run appends, and notices nothing. Returns how to stop.
 */
export function boundStderr(run: Run): () => void {
  const timer = setInterval(() => cut(filesOf(run).stderr), EVERY_MS).unref();
  return () => clearInterval(timer);
}

function cut(file: string): void {
  try {
    const found = statSync(file);
    if (!found.isFile() || found.size <= ALLOWED_BYTES) return;
    const end = readEnd(file, found.size);
    truncateSync(file);
    appendFileSync(file, end);
  } catch {
    // It is gone, or cannot be cut now.
  }
}

function readEnd(file: string, size: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const end = Buffer.alloc(KEPT_BYTES);
    return end.subarray(0, readSync(descriptor, end, 0, KEPT_BYTES, size - KEPT_BYTES));
  } finally {
    closeSync(descriptor);
  }
}
