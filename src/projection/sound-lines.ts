import { createReadStream } from 'node:fs';
import { parseHistoryLine, type HistoryLine } from './history-line.ts';

const NEWLINE = 0x0a;
/** How a line begins: inside of one it would be escaped. */
const BEGINNING = Buffer.from('{"n":"');

/** The lines of a damaged history that are as they were written, also where the newline between two was lost. */
export async function* soundLinesOf(path: string): AsyncGenerator<HistoryLine> {
  for await (const piece of piecesOf(path)) {
    const line = parseHistoryLine(piece.toString('utf8'));
    if (line !== null) yield line;
  }
}

/** Not by readline, which also splits at line separators that JSON leaves as they are. */
async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  for await (const chunk of readChunks(path)) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      chunks.push(chunk);
      continue;
    }
    yield* split(Buffer.concat([...chunks, chunk.subarray(0, end)]));
    chunks = [chunk.subarray(end)];
  }
  yield* split(Buffer.concat(chunks));
}

/** What cannot be read any more is lost like what was overwritten. */
async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: 1 << 20 });
  } catch {
    return;
  }
}

function* split(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const next = bytes.indexOf(BEGINNING, start + 1);
    const end = Math.min(newline === -1 ? bytes.length : newline, next === -1 ? bytes.length : next);
    yield bytes.subarray(start, end);
    start = end === newline ? end + 1 : end;
  }
}
