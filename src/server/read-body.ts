import type { IncomingMessage } from 'node:http';
import { EngineError } from '../errors.ts';

/**
 * The whole body, as Node has it: a stream of the web around it costs a fifth of all that accepting a message takes. The
 * connection stays for the answer, also when the body is too large.
 * @throws {EngineError} `PAYLOAD_TOO_LARGE`, and whatever breaks a connection.
 */
export async function readBody(source: IncomingMessage, maxBytes: number): Promise<ArrayBuffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > maxBytes) throw new EngineError('PAYLOAD_TOO_LARGE');
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes.buffer;
}
