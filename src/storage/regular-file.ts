import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';

/** What stands where a file was expected. */
export class UnfitFileError extends Error {
  override readonly name = 'UnfitFileError';
  readonly reason: 'noFile' | 'tooLarge';

  constructor(reason: UnfitFileError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const CHUNK_BYTES = 64 * 1024;

/**
 * The content of a file that somebody else made. A named pipe, a device or a file without end is not waited for.
 * @throws {UnfitFileError} for what is no file or larger than `maxBytes`, and what opening a file throws.
 */
export function readRegularFile(path: string, { maxBytes }: { maxBytes: number }): Buffer {
  const descriptor = openRegularFile(path);
  try {
    if (fstatSync(descriptor).size > maxBytes) throw tooLarge(path, maxBytes);
    return readUpTo(descriptor, maxBytes) ?? fail(tooLarge(path, maxBytes));
  } finally {
    closeSync(descriptor);
  }
}

/** A descriptor to read from, of a regular file for certain. */
export function openRegularFile(path: string): number {
  assertFile(path, statSync(path)); // so that no device is opened, which may do something
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    assertFile(path, fstatSync(descriptor));
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** What it is, for people; undefined for files and folders. */
export function strangeKindOf(stats: Stats): string | undefined {
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : undefined;
}

function assertFile(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  throw new UnfitFileError('noFile', `${path} is ${strangeKindOf(stats) ?? 'a folder'}, not a file.`);
}

/** Undefined when there is more. Sizes are not to be trusted: files of the kernel have none. */
function readUpTo(descriptor: number, maxBytes: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let length = 0; length <= maxBytes;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, maxBytes + 1 - length));
    const bytesRead = readSync(descriptor, chunk);
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, bytesRead));
    length += bytesRead;
  }
  return undefined;
}

function tooLarge(path: string, maxBytes: number): UnfitFileError {
  return new UnfitFileError('tooLarge', `${path} is larger than ${maxBytes} bytes.`);
}

function fail(error: Error): never {
  throw error;
}
