export interface PrefixOptions {
  prefix: Buffer;
  /** Where the result is put together, to be used up before the next part is asked for. */
  room: Buffer;
}

/** Text of this length is short-lived garbage; a longer one would be kept among what lives long. */
const SLICE_BYTES = 32 * 1024;

/** Puts `prefix` in front of each line of the pieces, which follow one another. Bytes stay what they are. */
export function* prefixLines(
  pieces: readonly Buffer[],
  { prefix, room }: PrefixOptions,
): Generator<Buffer, void> {
  const before = prefix.toString('latin1');
  const between = `\n${before.replaceAll('$', '$$$$')}`; // a dollar has a meaning in what replaces
  let filled = 0;
  let isAtStart = true;
  for (const slice of slicesOf(pieces, room.length / (prefix.length + 1))) {
    const text = prefixed(slice, { before, between, isAtStart });
    if (text.length > room.length - filled) {
      yield room.subarray(0, filled);
      filled = 0;
    }
    filled += room.write(text, filled, 'latin1');
    isAtStart = text.endsWith('\n');
  }
  if (filled > 0) yield room.subarray(0, filled);
}

/** `most` bytes fit with a prefix before each, and one more, of what may be nothing but newlines. */
function* slicesOf(pieces: readonly Buffer[], most: number): Generator<Buffer, void> {
  const length = Math.max(1, Math.min(SLICE_BYTES, Math.floor(most) - 1));
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += length) yield piece.subarray(at, at + length);
  }
}

/** One character is one byte here: whole slices are searched and put together at once, which is faster than line by line. */
function prefixed(
  slice: Buffer,
  { before, between, isAtStart }: { before: string; between: string; isAtStart: boolean },
): string {
  const text = slice.toString('latin1');
  const lines = text.endsWith('\n') ? text.slice(0, -1) : text;
  return `${isAtStart ? before : ''}${lines.replaceAll('\n', between)}${lines === text ? '' : '\n'}`;
}
