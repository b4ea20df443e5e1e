/** How the file looks in which an agent keeps a session: one JSON object a line. It belongs to the agent, and is only read. */
import { closeSync, createReadStream, readSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { parseJson } from '../contract/parse-json.ts';
import type { SessionMark } from '../contract/records.ts';
import { createLineSplitter } from '../processes/line-splitter.ts';
import { openRegularFile } from '../storage/regular-file.ts';

export type SessionFile =
  | {
      kind: 'file';
      size: number;
      /** Whole lines that are no JSON object. */
      damaged: number;
      /** The last line has no end. */
      isTorn: boolean;
      /** CRC-32 of the part that was asked for. */
      checksum: number;
    }
  /** Nothing is there, or nothing of a session: a pipe or a device would block whoever opens it. */
  | { kind: 'absent' | 'unusable'; reason: string };

/** A file on a mount that is gone answers nothing, ever. */
const REACHED_MS = 10_000;

const CHUNK_BYTES = 256 * 1024;

export async function inspectSession(
  file: string,
  { summedTo = Infinity, status = stat }: { summedTo?: number | undefined; status?: typeof stat } = {},
): Promise<SessionFile> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    limit = setTimeout(resolve, REACHED_MS, null).unref();
  });
  try {
    const found = await Promise.race([status(file), late]);
    if (found === null) return { kind: 'unusable', reason: 'its file cannot be reached' };
    if (!found.isFile()) return { kind: 'unusable', reason: 'its file is no file any more' };
    return await readSession(file, summedTo);
  } catch (error) {
    return reasonOf(error);
  } finally {
    clearTimeout(limit);
  }
}

/** Null when there is no such file. */
export async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() === true ? found.size : null;
}

/** At once, because the end of a turn waits for it; null when there is no such file. */
export function sizeNow(file: string): number | null {
  try {
    const found = statSync(file);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}

/** With what a session has that was known up to a mark, at once; undefined when that was never read whole. */
export function checksumNow(file: string, { offset, checksum }: SessionMark, to: number): number | undefined {
  if (checksum === undefined) return undefined;
  try {
    const descriptor = openRegularFile(file);
    try {
      return checksumOf(descriptor, { offset, checksum, to });
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

function checksumOf(
  descriptor: number,
  { offset, checksum, to }: { offset: number; checksum: number; to: number },
): number {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, to - offset));
  let sum = checksum;
  for (let at = offset; at < to;) {
    const bytesRead = readSync(descriptor, chunk, 0, Math.min(chunk.length, to - at), at);
    if (bytesRead === 0) throw new Error('The file became shorter.');
    sum = crc32(chunk.subarray(0, bytesRead), sum);
    at += bytesRead;
  }
  return sum;
}

async function readSession(file: string, summedTo: number): Promise<SessionFile> {
  const split = createLineSplitter(0);
  let [size, end, lines, damaged, checksum] = [0, 0, 0, 0, 0];
  for await (const chunk of createReadStream(file)) {
    const bytes = chunk as Buffer;
    if (size < summedTo) checksum = crc32(bytes.subarray(0, summedTo - size), checksum);
    size += bytes.length;
    for (const line of split(bytes)) {
      end = line.end;
      lines += 1;
      if (!isObject(line.bytes)) damaged += 1;
    }
  }
  if (lines === damaged) return { kind: 'unusable', reason: 'there is nothing of it in its file' };
  return { kind: 'file', size, damaged, isTorn: end < size, checksum };
}

function isObject(line: Buffer): boolean {
  const value = parseJson(line.toString('utf8'));
  return typeof value === 'object' && value !== null;
}

function reasonOf(error: unknown): SessionFile {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent', reason: 'its file is gone' };
  return { kind: 'unusable', reason: `its file cannot be read: ${code || String(error)}` };
}
