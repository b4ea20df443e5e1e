import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
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
  const { size } = await stat(filesOf(run).stdin);
  const found = (await readInput(run, offset)).subarray(0, bytes.length);
  if (size < offset || !bytes.subarray(0, found.length).equals(found)) return false;
  await appendInput(run, { bytes: bytes.subarray(found.length), offset: offset + found.length });
  return true;
}

/** How long the input is, and whether it ends with a whole line. */
export async function measureInput(run: Run): Promise<{ size: number; isWholeLines: boolean }> {
  const { size } = await stat(filesOf(run).stdin);
  const [last] = await readInput(run, Math.max(0, size - 1));
  return { size, isWholeLines: last === undefined || last === 10 };
}

/** What was written from a place on; nothing where that is behind the end. */
export async function readInput(run: Run, from: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(filesOf(run).stdin, { start: from }))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
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
