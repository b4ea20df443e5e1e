import { expect, it } from 'vitest';
import { Buffers } from '../../src/mirror/buffers.ts';

const LARGE = 300_000;

it('a large buffer is given again to who needs about as much, also when only a part of it comes back', () => {
  const buffers = new Buffers();
  const first = buffers.take(LARGE);
  buffers.give(first.subarray(0, 10));

  const second = buffers.take(LARGE + 1_000);

  expect(second.buffer).toBe(first.buffer);
  expect(buffers.take(LARGE).buffer).not.toBe(first.buffer);
});

it('a small one is never kept: it may share its memory with others', () => {
  const buffers = new Buffers();
  const first = buffers.take(1_000);
  buffers.give(first);

  expect(buffers.take(LARGE).buffer).not.toBe(first.buffer);
});
