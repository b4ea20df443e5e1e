import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../src/server/read-body.ts';

const MIB = 1 << 20;

describe('a body', () => {
  it('in a million pieces takes little more memory than its bytes', async () => {
    const before = process.memoryUsage().heapUsed;
    let most = before;
    const source = bodyOf(function* () {
      for (let count = 0; count < MIB; count += 1) yield Buffer.alloc(1, 'x');
      most = process.memoryUsage().heapUsed;
    });

    const body = await readBody(source, MIB);

    expect(Buffer.from(body).equals(Buffer.alloc(MIB, 'x'))).toBe(true);
    expect(most - before).toBeLessThan(100 * MIB);
  });

  it.each([undefined, '5', '2', '0'])('comes whole, whatever length it announced: %s', async (length) => {
    const source = bodyOf(() => ['he', 'llo'].map((text) => Buffer.from(text)), length);

    expect(Buffer.from(await readBody(source, 5)).toString()).toBe('hello');
  });
});

function bodyOf(pieces: () => Iterable<Buffer>, length?: string): IncomingMessage {
  const headers = length === undefined ? {} : { 'content-length': length };
  async function* iterator() {
    yield* pieces();
  }
  return { headers, iterator } as unknown as IncomingMessage;
}
