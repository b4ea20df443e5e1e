const NEWLINE = 10;

/** A whole line without its newline, and the offset behind that newline. */
export interface Line {
  readonly bytes: Buffer;
  readonly end: number;
}

/**
 * Cuts a stream of bytes that starts at `offset` into lines; lines of many megabytes are joined once. Throws when a line
 * does not end within `maxBytes`.
 */
export function createLineSplitter(offset: number, maxBytes = Infinity): (chunk: Buffer) => Line[] {
  let end = offset;
  let pieces: Buffer[] = [];
  let pending = 0;
  return (chunk) => {
    const lines: Line[] = [];
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline === -1) break;
      const bytes = Buffer.concat([...pieces, chunk.subarray(start, newline)]);
      end += bytes.length + 1;
      lines.push({ bytes, end });
      pieces = [];
      pending = 0;
      start = newline + 1;
    }
    if (start < chunk.length) pieces.push(Buffer.from(chunk.subarray(start)));
    pending += chunk.length - start;
    if (pending > maxBytes) throw new Error(`A line is longer than ${maxBytes} bytes.`);
    return lines;
  };
}
