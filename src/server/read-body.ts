import type { IncomingMessage } from 'node:http';
import { EngineError } from '../errors.ts';
import { ByteWriter } from '../storage/byte-writer.ts';

/** Of a body of which nobody says how long it will be. */
const FIRST_BYTES = 64 << 10;

/**
 * The whole body, as Node has it: a stream of the web around it costs a fifth of all that accepting a message takes. Its
 * pieces are put together as they come: each costs a hundred bytes, and there may be one for each byte. The connection
 * stays for the answer, also when the body is too large.
 * @throws {EngineError} `PAYLOAD_TOO_LARGE`, and whatever breaks a connection.
 */
export async function readBody(source: IncomingMessage, maxBytes: number): Promise<ArrayBuffer> {
  const body = new ByteWriter(Number(source.headers['content-length'] ?? FIRST_BYTES));
  for await (const chunk of source.iterator({ destroyOnReturn: false })) {
    const { length } = chunk as Buffer;
    if (body.length + length > maxBytes) throw new EngineError('PAYLOAD_TOO_LARGE');
    body.long(chunk as Buffer, 0, length);
  }
  return new Uint8Array(body.bytes).buffer;
}
