const NEWLINE = 10;

export interface PrefixOptions {
  prefix: Buffer;
  /** Where the result is put together, to be used up before the next part is asked for: nothing is allocated. */
  room: Buffer;
}

/** Puts `prefix` in front of each line of the pieces, which follow one another. Bytes stay what they are. */
export function* prefixLines(
  pieces: readonly Buffer[],
  { prefix, room }: PrefixOptions,
): Generator<Buffer, void> {
  let filled = 0;
  let isAtStart = true;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      if (room.length - filled <= prefix.length) {
        yield room.subarray(0, filled);
        filled = 0;
      }
      if (isAtStart) filled += prefix.copy(room, filled);
      const newline = piece.indexOf(NEWLINE, at);
      const end = newline === -1 ? piece.length : newline + 1;
      const copied = piece.copy(room, filled, at, end);
      filled += copied;
      at += copied;
      isAtStart = newline !== -1 && at === end;
    }
  }
  if (filled > 0) yield room.subarray(0, filled);
}
