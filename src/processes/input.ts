import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { filesOf, type Run } from './run.ts';
import { isFullDisk } from '../storage/attempt.ts';

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

/** Appends what is missing of `bytes`, all or the end of them, at `offset`; false where something else stands in their place. */
export async function completeInput(
  run: Run,
  { bytes, offset }: { bytes: Buffer; offset: number },
): Promise<boolean> {
  const found = await readInput(run, async (file, size) =>
    size < offset ? null : readAt(file, { position: offset, length: bytes.length }),
  );
  if (found === null || !bytes.subarray(0, found.length).equals(found)) return false;
  await appendInput(run, { bytes: bytes.subarray(found.length), offset: offset + found.length });
  return true;
}

/** How long the input is, and whether it ends with a whole line. */
export function measureInput(run: Run): Promise<{ size: number; isWholeLines: boolean }> {
  return readInput(run, async (file, size) => {
    const last = await readAt(file, { position: Math.max(0, size - 1), length: 1 });
    return { size, isWholeLines: size === 0 || last[0] === 10 };
  });
}

async function readInput<Found>(
  run: Run,
  read: (file: FileHandle, size: number) => Promise<Found>,
): Promise<Found> {
  const file = await open(filesOf(run).stdin, 'r');
  try {
    return await read(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
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
