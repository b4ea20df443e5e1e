/** Finds what is whole in a file of lines that was damaged somewhere. */
export interface SalvageOptions<Line> {
  /** The bytes of the file, in order. */
  chunks: AsyncIterable<Buffer>;
  /** A line without its newline; null when it is not as it was written. */
  parse: (bytes: Buffer) => Line | null;
  /** How every line begins. */
  beginning: string;
}

const NEWLINE = 0x0a;

/** The whole lines, in order; also two that are one because the newline between them was lost. */
export async function* salvage<Line>({
  chunks,
  parse,
  beginning,
}: SalvageOptions<Line>): AsyncGenerator<Line> {
  for await (const piece of piecesOf(chunks)) {
    const line = parse(piece);
    if (line !== null) yield line;
    else yield* split(piece, beginning).flatMap((part) => parse(part) ?? []);
  }
}

/** What stands between newlines. Not by readline, which also splits at line separators that JSON leaves as they are. */
async function* piecesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield* splitAtNewlines(Buffer.concat([...rest, chunk.subarray(0, end)]));
    rest = end > 0 ? [chunk.subarray(end)] : [...rest, chunk];
  }
  yield* splitAtNewlines(Buffer.concat(rest));
}

function* splitAtNewlines(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

/** At each place where a line may begin. */
function split(bytes: Buffer, beginning: string): Buffer[] {
  const starts: number[] = [];
  for (let at = bytes.indexOf(beginning); at !== -1; at = bytes.indexOf(beginning, at + 1)) starts.push(at);
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1] ?? bytes.length));
}
