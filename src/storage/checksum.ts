import { crc32 } from 'node:zlib';

/** Eight hexadecimal digits that change with any byte of the parts, one behind the other. */
export function checksum(...parts: (string | Buffer)[]): string {
  const sum = parts.reduce<number>((value, part) => crc32(part, value), 0);
  return sum.toString(16).padStart(8, '0');
}
