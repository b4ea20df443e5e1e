import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import { createLineSplitter, type Line } from './line-splitter.ts';

/** Less is not worth a process. */
const WORTH_FREEING_BYTES = 1024 * 1024;
const BLOCK_BYTES = 4096;
const CHUNK_BYTES = 256 * 1024;

interface Range {
  from: number;
  before: number;
}

/**
 * Gives the disk space of an input or output between `from` and `before` back, but for the end of the last line there; offsets
 * stay what they are. Returns up to where it is free now: `from` when there is too little to gain or the file system cannot do it.
 */
export async function freeSpace(file: string, { from, before }: Range): Promise<number> {
  const end = before - 1 - ((before - 1) % BLOCK_BYTES);
  if (end - from < WORTH_FREEING_BYTES) return from;
  try {
    await promisify(execFile)('fallocate', ['-p', '-o', `${from}`, '-l', `${end - from}`, file]);
    return end;
  } catch {
    return from;
  }
}

/** Hands over the lines of a file between two places, each the beginning of a line; `false` wants no more. */
export async function readLines(
  file: string,
  { from, to }: { from: number; to: number },
  onLine: (line: Line) => Promise<unknown>,
): Promise<void> {
  if (to <= from) return;
  const split = createLineSplitter(from);
  const range = { start: from, end: to - 1, highWaterMark: CHUNK_BYTES };
  for await (const chunk of createReadStream(file, range)) {
    for (const line of split(chunk as Buffer)) if ((await onLine(line)) === false) return;
  }
}
