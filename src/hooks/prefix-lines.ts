export interface PrefixOptions {
  prefix: Buffer;
  /** Where the result is put together, in turns: a part is to be used up before the next but one is asked for. */
  rooms: readonly [Buffer, Buffer];
}

const NEWLINE = 10;
/** Where no more than this fits, a room is full. */
const LEAST_BYTES = 1024;

/** Puts `prefix` in front of each line of the pieces, which follow one another. Bytes stay what they are. */
export function* prefixLines(
  pieces: readonly Buffer[],
  { prefix, rooms: [first, second] }: PrefixOptions,
): Generator<Buffer, void> {
  let [room, other] = [first, second];
  let filled = 0;
  let isAtStart = true;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const fitting = Math.floor((room.length - filled) / (prefix.length + 1)); // of nothing but newlines
      if (fitting < LEAST_BYTES && filled > 0) {
        yield room.subarray(0, filled);
        [room, other, filled] = [other, room, 0];
      } else {
        const slice = piece.subarray(at, at + fitting);
        if (isAtStart) filled += prefix.copy(room, filled);
        filled = fill(room, filled, { slice, prefix });
        isAtStart = slice.at(-1) === NEWLINE;
        at += slice.length;
      }
    }
  }
  if (filled > 0) yield room.subarray(0, filled);
}

/**
 * Copies a slice, with `prefix` behind each newline but a last one; returns up to where the room is filled. Words without a
 * newline are copied as such: byte by byte, with calls for each line or with strings of the lines it would take longer.
 */
function fill(room: Buffer, filled: number, { slice, prefix }: { slice: Buffer; prefix: Buffer }): number {
  const bytes = new Uint8Array(slice.buffer);
  const words = new Int32Array(slice.buffer, 0, slice.buffer.byteLength >> 2);
  const target = new DataView(room.buffer, room.byteOffset, room.length);
  const end = slice.byteOffset + slice.length;
  const endOfWords = end & ~3;
  const prefixLength = prefix.length;
  let into = filled;
  for (let at = slice.byteOffset; at < end;) {
    if ((at & 3) === 0) {
      for (; at < endOfWords; at += 4, into += 4) {
        const word = words[at >> 2] ?? 0;
        if (hasNewline(word)) break;
        target.setInt32(into, word, true);
      }
      if (at === end) break;
    }
    const byte = bytes[at++] ?? 0;
    room[into++] = byte;
    if (byte !== NEWLINE || at === end) continue;
    for (let index = 0; index < prefixLength; index += 1) room[into++] = prefix[index] ?? 0;
  }
  return into;
}

function hasNewline(word: number): boolean {
  const zeros = word ^ 0x0a0a0a0a;
  return ((zeros - 0x01010101) & ~zeros & 0x80808080) !== 0;
}
