import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { filesOf, type Run } from './run.ts';
import { isFullDisk } from '../storage/attempt.ts';

/**
 * What of some bytes stands in the input of a run: all of them, a beginning, nothing, or something else in their
 * place (`foreign`).
 */
export type Written = 'whole' | 'torn' | 'absent' | 'foreign';

const FULL_DISK_RETRY_MS = 250;

/**
 * Writes `bytes` at `offset`, the end of the input. On a full disk it waits and goes on where it stopped; rejects with
 * the signal's reason when told to give up.
 */
export async function appendInput(
  run: Run,
  { bytes, offset, signal }: { bytes: Buffer; offset: number; signal?: AbortSignal },
): Promise<void> {
  const file = await open(filesOf(run).stdin, 'r+');
  try {
    let written = 0;
    while (written < bytes.length) {
      signal?.throwIfAborted();
      written += await writeSome(file, { bytes: bytes.subarray(written), position: offset + written });
    }
  } finally {
    await file.close();
  }
}

/** Looks what of `bytes` stands at `offset`, and appends what is missing if it is all or a beginning. */
export async function completeInput(
  run: Run,
  { bytes, offset }: { bytes: Buffer; offset: number },
): Promise<Written> {
  const { written, length } = await compare(run, { bytes, offset });
  if (written === 'torn' || written === 'absent') {
    await appendInput(run, { bytes: bytes.subarray(length), offset: offset + length });
  }
  return written;
}

/** How long the input is, and whether it ends with a whole line. */
export async function measureInput(run: Run): Promise<{ size: number; isWholeLines: boolean }> {
  const file = await open(filesOf(run).stdin, 'r');
  try {
    const { size } = await file.stat();
    const last = await readAt(file, { position: Math.max(0, size - 1), length: 1 });
    return { size, isWholeLines: size === 0 || last[0] === 10 };
  } finally {
    await file.close();
  }
}

async function compare(
  run: Run,
  { bytes, offset }: { bytes: Buffer; offset: number },
): Promise<{ written: Written; length: number }> {
  const file = await open(filesOf(run).stdin, 'r');
  try {
    const { size } = await file.stat();
    if (size < offset) return { written: 'foreign', length: 0 };
    const found = await readAt(file, { position: offset, length: bytes.length });
    return { written: nameOf(found, bytes), length: found.length };
  } finally {
    await file.close();
  }
}

function nameOf(found: Buffer, bytes: Buffer): Written {
  if (!bytes.subarray(0, found.length).equals(found)) return 'foreign';
  if (found.length === bytes.length) return 'whole';
  return found.length === 0 ? 'absent' : 'torn';
}

async function readAt(file: FileHandle, range: { position: number; length: number }): Promise<Buffer> {
  const buffer = Buffer.alloc(range.length);
  let length = 0;
  while (length < range.length) {
    const { bytesRead } = await file.read(buffer, length, range.length - length, range.position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** Bytes written; 0 when the disk was full and a moment was waited. */
async function writeSome(file: FileHandle, at: { bytes: Buffer; position: number }): Promise<number> {
  try {
    const { bytesWritten } = await file.write(at.bytes, 0, at.bytes.length, at.position);
    return bytesWritten;
  } catch (error) {
    if (!isFullDisk(error)) throw error;
    await delay(FULL_DISK_RETRY_MS);
    return 0;
  }
}
