import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** One open file, read and written by position. The only way the logs touch a disk. */
export interface LogFile {
  readonly descriptor: number;
  size(): Promise<number>;
  /** May read less than `into` holds: 0 at the end of the file. */
  read(into: Buffer, position: number): Promise<number>;
  /** May write less than `bytes` holds. */
  write(bytes: Buffer, position: number): Promise<number>;
  /** Also frees what was preallocated behind the new end. */
  truncate(length: number): Promise<void>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export type OpenLogFile = (path: string) => Promise<LogFile>;

/** Opens a file for reading and writing, creating it (0600) when it is missing. */
export const openLogFile: OpenLogFile = async (path) => {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  return toLogFile(handle);
};

/** What `work` makes of an open file, which is closed if that fails. */
export async function orClose<Result>(
  file: Pick<LogFile, 'close'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Reads exactly `[from, to)`, into the beginning of a given buffer. Throws when the file is shorter. */
export async function readRange(
  file: Pick<LogFile, 'read'>,
  range: { from: number; to: number },
  allocate: (length: number) => Buffer = (length) => Buffer.allocUnsafeSlow(length),
) {
  const length = range.to - range.from;
  const bytes = allocate(length).subarray(0, length);
  let filled = 0;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled), range.from + filled);
    if (count === 0) throw new Error(`File ends at byte ${range.from + filled}, before byte ${range.to}.`);
    filled += count;
  }
  return bytes;
}

/** Writes all of `bytes`. Throws what the disk throws; part of them may then be in the file. */
export async function writeAll(file: Pick<LogFile, 'write'>, content: { bytes: Buffer; position: number }) {
  let written = 0;
  while (written < content.bytes.length) {
    written += await file.write(content.bytes.subarray(written), content.position + written);
  }
}

export function toLogFile(handle: FileHandle): LogFile {
  return {
    descriptor: handle.fd,
    size: async () => (await handle.stat()).size,
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    truncate: (length) => handle.truncate(length),
    datasync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
