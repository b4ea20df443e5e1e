const NEWLINE = 10;

/** A whole line without its newline, and the offset behind that newline. */
export interface Line {
  readonly bytes: Buffer;
  readonly end: number;
}

/** Cuts a stream of bytes that starts at `offset` into lines; lines of many megabytes are joined once. */
export function createLineSplitter(offset: number): (chunk: Buffer) => Line[] {
  let end = offset;
  let pieces: Buffer[] = [];
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
      start = newline + 1;
    }
    if (start < chunk.length) pieces.push(Buffer.from(chunk.subarray(start)));
    return lines;
  };
}
