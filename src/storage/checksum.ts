import { crc32 } from 'node:zlib';

/** Eight hexadecimal digits that change with any byte of the parts, one behind the other. */
export function checksum(...parts: (string | Buffer)[]): string {
  let sum = 0;
  for (const part of parts) sum = crc32(part, sum);
  return toText(sum);
}

export function toText(sum: number): string {
  return toHex(sum >>> 16) + toHex(sum & 0xffff); // whole it is no small integer, and V8 takes ten times as long
}

function toHex(half: number): string {
  return (0x10000 + half).toString(16).slice(1);
}
