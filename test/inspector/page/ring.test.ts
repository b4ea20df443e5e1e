import { expect, it } from 'vitest';
import { Ring } from '../../../src/inspector/page/ring.ts';

it('keeps the last entries, oldest first, and says that it changed', () => {
  const ring = new Ring<number>(3);
  const versions = new Set<number>();

  for (let number = 1; number <= 10; number += 1) {
    ring.add(number);
    versions.add(ring.version);
  }

  expect(ring.entries).toEqual([8, 9, 10]);
  expect(versions.size).toBe(10);
  ring.clear();
  expect(ring.entries).toEqual([]);
});
