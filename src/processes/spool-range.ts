import { createReadStream } from 'node:fs';
import { createLineSplitter, type Line } from './line-splitter.ts';
import { filesOf, type Run } from './run.ts';

const CHUNK_BYTES = 256 * 1024;

/** Hands over the lines that a run printed between two places, each the beginning of a line; `false` wants no more. */
export async function readLines(
  run: Run,
  { from, to }: { from: number; to: number },
  onLine: (line: Line) => Promise<unknown>,
): Promise<void> {
  if (to <= from) return;
  const split = createLineSplitter(from);
  const range = { start: from, end: to - 1, highWaterMark: CHUNK_BYTES };
  for await (const chunk of createReadStream(filesOf(run).stdout, range)) {
    for (const line of split(chunk as Buffer)) if ((await onLine(line)) === false) return;
  }
}
