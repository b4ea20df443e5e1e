import { expect, it } from 'vitest';
import { runOnDescriptor } from '../../../src/storage/descriptor-tool.ts';
import { allocateOnDisk } from '../../../src/storage/reserve.ts';

/** No process can be started with it. */
const CLOSED = 9_999;

it('a tool that cannot be started is told of like one that fails', async () => {
  const stderr = expect.stringContaining('EBADF');
  expect(await runOnDescriptor(CLOSED, ['true'])).toEqual({ code: null, stderr });
});

it('whether the disk has room is then not known', async () => {
  expect(await allocateOnDisk(CLOSED, { offset: 0, length: 4096 })).toBe('unknown');
});
