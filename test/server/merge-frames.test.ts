import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { mergeFrames } from '../../src/server/merge-frames.ts';

it('passes whole frames on as they come, however their bytes arrive', async () => {
  const [events, actors] = [new PassThrough(), new PassThrough()];
  const merged = text(mergeFrames([events, actors]));

  events.write('id: 1\nda');
  actors.write('event: change\ndata: {}\n\nevent: ch');
  events.write('ta: one\n\n');
  actors.write('ange\ndata: {"a":1}\n');
  events.end('id: 2\n\n');

  expect(await merged).toBe('event: change\ndata: {}\n\nid: 1\ndata: one\n\nid: 2\n\n');
});

it('ends with the first that ends, and lets go of the others', async () => {
  const [events, output] = [new PassThrough(), new PassThrough()];
  const merged = mergeFrames([events, output]);

  output.destroy(new Error('unreadable'));

  expect(await text(merged)).toBe('');
  await expect.poll(() => events.destroyed).toBe(true);
});

it('closes all of them when its reader leaves', async () => {
  const sources = [new PassThrough(), new PassThrough()];

  mergeFrames(sources).destroy();

  await expect.poll(() => sources.map(({ destroyed }) => destroyed)).toEqual([true, true]);
});

it('stops reading what its reader does not take', async () => {
  const source = new PassThrough({ highWaterMark: 1024 });
  const merged = mergeFrames([source]);
  const frame = `data: ${'x'.repeat(1000)}\n\n`;

  let written = 0;
  while (written < 10_000 && (source.write(frame) || (await drained(source)))) written += 1;

  expect(written).toBeLessThan(500);
  merged.destroy();
});

/** Whether it takes more before the events that are due have been handled. */
async function drained(stream: PassThrough): Promise<boolean> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return !stream.writableNeedDrain;
}
