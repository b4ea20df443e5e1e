import { expect, it } from 'vitest';
import { freeSpace } from '../../src/processes/spool.ts';

it('nothing is freed where no process can be started for that', async () => {
  expect(await freeSpace('no\0file', { from: 0, before: 8 << 20 })).toBe(0);
});
