import { sequenceOf } from './event-id.ts';
import { isLostLine, parseLine, type StoredLine } from './event-line.ts';
import type { LineReader } from './line-reader.ts';

export interface ReplayOptions {
  /** Sequence of the first line wanted. */
  next: number;
  /** Called once for each file in which a line could not be read; the line is left out. */
  onUnreadable: (key: string) => void;
}

/** Parses what a reader reads, block by block, and closes it in the end. */
export async function* replayLines(reader: LineReader, options: ReplayOptions): AsyncGenerator<StoredLine[]> {
  const reported = new Set<string>();
  try {
    for (let block = await reader.read(); block !== null; block = await reader.read()) {
      const parsed = block.toString('utf8').split('\n').slice(0, -1).filter(isKept).map(parseLine);
      if (parsed.includes(null)) reportOnce(reported, { key: reader.key, ...options });
      yield parsed.filter((line) => line !== null).filter(({ id }) => sequenceOf(id) >= options.next);
    }
  } finally {
    await reader.close();
  }
}

/** What was lost was reported when it was found. */
function isKept(line: string): boolean {
  return !isLostLine(line);
}

function reportOnce(
  reported: Set<string>,
  { key, onUnreadable }: { key: string | undefined; onUnreadable: (key: string) => void },
): void {
  if (key === undefined || reported.has(key)) return;
  reported.add(key);
  onUnreadable(key);
}
