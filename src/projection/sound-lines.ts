import { createReadStream } from 'node:fs';
import { salvage } from '../storage/salvage.ts';
import { parseHistoryLine, type HistoryLine } from './history-line.ts';

/** The lines of a damaged history that are as they were written. */
export function soundLinesOf(path: string): AsyncGenerator<HistoryLine> {
  const parse = (bytes: Buffer) => parseHistoryLine(bytes.toString('utf8'));
  return salvage({ chunks: readChunks(path), parse, beginning: '{"n":"' });
}

/** What cannot be read any more is lost like what was overwritten. */
async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 20 });
  } catch {
    return;
  }
}
