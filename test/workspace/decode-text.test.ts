import { expect, it } from 'vitest';
import { decodeText } from '../../src/workspace/decode-text.ts';

it.each([
  ['short', 'ä'],
  ['long, with characters of all lengths', `\ufeff${'aä€😀'.repeat(200_000)}`],
])('a %s text is decoded as it is', async (_name, text) => {
  expect((await decodeText(Buffer.from(text))) === text).toBe(true);
});

it('bytes that are no text become replacement characters', async () => {
  const bytes = Buffer.concat([Buffer.alloc(600_000, 0x61), Buffer.from([0xe4, 0x62, 0xe2])]);

  expect((await decodeText(bytes)).slice(600_000)).toBe('\ufffdb\ufffd');
});
