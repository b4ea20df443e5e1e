import { describe, expect, it } from 'vitest';
import { findLine, readLines } from '../../src/storage/line-search.ts';

describe('searching numbered lines', () => {
  it.each([
    ['of one length', () => 100],
    ['that grow', (n: number) => n * 2],
    ['with a few huge ones', (n: number) => (n % 97 === 50 ? 60_000 : 20)],
    ['huge at the end', (n: number) => (n > 290 ? 40_000 : 10)],
    ['huge at the start', (n: number) => (n < 10 ? 40_000 : 10)],
  ])('finds every line among lines %s', async (_, lengthOf) => {
    const { lines, starts } = numbered(300, lengthOf);
    for (const [index, start] of starts.entries()) expect(await findLine(lines, 1_000 + index)).toBe(start);
    expect([await findLine(lines, 999), await findLine(lines, 1_300)]).toEqual([null, null]);
    for (const [first, last] of [
      [0, 0],
      [0, 299],
      [299, 299],
      [10, 20],
      [250, 295],
    ] as const) {
      const range = { first: 1_000 + first, last: 1_000 + last };
      const end = starts[last + 1] ?? lines.size;
      const read = await readLines(lines, range);
      expect([read.first, read.bytes.equals(lines.bytes.subarray(starts[first], end))]).toEqual([
        1_000 + first,
        true,
      ]);
    }
  });

  it('reads the last of the lines that are too much together, one at least', async () => {
    const { lines, starts } = numbered(300, (n) => (n === 299 ? 40_000 : 100));
    for (const [last, mostBytes] of [
      [1_298, 2_000],
      [1_299, 50_000],
      [1_299, 2_000],
    ] as const) {
      const { first, bytes } = await readLines(lines, { first: 1_000, last }, mostBytes);
      expect(bytes.equals(lines.bytes.subarray(starts[first - 1_000], starts[last - 999]))).toBe(true);
      expect(first === last || bytes.length <= mostBytes).toBe(true);
    }
  });

  it('needs few reads in a large file', async () => {
    const { lines, reads } = numbered(30_000, (n) => 50 + (n % 300));
    await findLine(lines, 1_000 + 23_456);
    expect(reads.count).toBeLessThan(12);
  });

  it('gives up on garbage instead of looking for ever', async () => {
    const { lines } = numbered(300, () => 500);
    lines.bytes.fill('x\n', 20_000, 130_000);
    expect(await findLine(lines, 1_150)).toBe(null);
    lines.bytes.fill('x');
    expect(await findLine(lines, 1_150)).toBe(null);
    await expect(readLines(lines, { first: 1_100, last: 1_200 })).rejects.toThrow('cannot be found');
  });
});

function numbered(count: number, lengthOf: (n: number) => number) {
  const starts: number[] = [];
  let size = 0;
  const texts = Array.from({ length: count }, (_, n) => {
    const text = `#${String(1_000 + n).padStart(12, '0')}${'.'.repeat(lengthOf(n))}\n`;
    starts.push(size);
    size += text.length;
    return text;
  });
  const bytes = Buffer.from(texts.join(''));
  const reads = { count: 0 };
  const read = async (into: Buffer, position: number) => {
    reads.count += 1;
    return bytes.copy(into, 0, position);
  };
  return {
    lines: { file: { read }, bytes, size, first: 1_000, last: 999 + count, digitsAt: 1 },
    starts,
    reads,
  };
}
