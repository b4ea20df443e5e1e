import { crc32 } from 'node:zlib';

const TEXT = 7;
const PRELUDE = 8;
const CHECKSUM = 4;

const HEADERS = Buffer.concat([
  header(':event-type', 'chunk'),
  header(':content-type', 'application/json'),
  header(':message-type', 'event'),
]);

/** One frame of `application/vnd.amazon.eventstream`, as Bedrock streams what a model says. */
export function chunkFrame(event: string): Buffer {
  const payload = Buffer.from(JSON.stringify({ bytes: Buffer.from(event).toString('base64') }));
  const length = PRELUDE + CHECKSUM + HEADERS.length + payload.length + CHECKSUM;
  const prelude = withChecksum(Buffer.concat([uint32(length), uint32(HEADERS.length)]));
  return withChecksum(Buffer.concat([prelude, HEADERS, payload]));
}

function header(name: string, value: string): Buffer {
  const [key, text] = [Buffer.from(name), Buffer.from(value)];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([Buffer.of(key.length), key, Buffer.of(TEXT), length, text]);
}

function withChecksum(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, uint32(crc32(bytes))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
