import type { LineReader } from './line-reader.ts';

/** A line of the journal as it stands in a block of them, with its newline. */
export interface RawLine {
  block: Buffer;
  start: number;
  end: number;
}

const NEWLINE = 0x0a;

/** The lines that a reader reads, one by one; the reader is closed in the end. */
export async function* rawLines(reader: LineReader): AsyncGenerator<RawLine> {
  try {
    for (let block = await reader.read(); block !== null; block = await reader.read()) {
      for (let start = 0; start < block.length;) {
        const end = block.indexOf(NEWLINE, start) + 1;
        yield { block, start, end };
        start = end;
      }
    }
  } finally {
    await reader.close();
  }
}
