import { crc32 } from 'node:zlib';

/** Eight hexadecimal digits that change with any byte of the text. */
export function checksum(text: string | Buffer): string {
  return crc32(text).toString(16).padStart(8, '0');
}
