import { setImmediate } from 'node:timers/promises';

const PIECE_BYTES = 512 * 1024;

/** UTF-8 as text, others getting their turn in between: megabytes take long to decode. */
export async function decodeText(bytes: Buffer): Promise<string> {
  if (bytes.length <= PIECE_BYTES) return bytes.toString('utf8');
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    pieces.push(decoder.decode(bytes.subarray(start, start + PIECE_BYTES), { stream: true }));
    await setImmediate();
  }
  return pieces.join('') + decoder.decode();
}
