import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBackwards } from '../../src/storage/read-backwards.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function linesOf(content: string, options: { chunkBytes?: number; lineBytes?: number } = {}) {
  const file = join(await temporaryFolder(), 'lines');
  await writeFile(file, content);
  const pieces = [];
  for await (const piece of readBackwards(file, options)) pieces.push(piece);
  return pieces;
}

describe('a file that is read backwards', () => {
  it.each([1, 2, 3, 5, 8, 13, 100])('comes as whole lines, in pieces of %s bytes', async (chunkBytes) => {
    const content = 'one\n\ntwo €\nthree\n';

    const pieces = await linesOf(content, { chunkBytes });

    expect(pieces.toReversed().join('')).toBe(content);
    for (const piece of pieces)
      expect(content.split('\n')).toEqual(expect.arrayContaining(piece.split('\n')));
  });

  it('is told to its end, whole line or not', async () => {
    expect(await linesOf('one\ntwo', { chunkBytes: 4 })).toEqual(['two', 'one\n']);
  });

  it('says nothing where there is nothing', async () => {
    expect(await linesOf('')).toEqual([]);
    expect(await readBackwards('/nonexistent/file').next()).toEqual({ done: true, value: undefined });
  });

  it.each([3, 4, 7, 64])(
    'is told without a line that is too long, in pieces of %s bytes',
    async (chunkBytes) => {
      const pieces = await linesOf(`one\n${'x'.repeat(1_000)}\ntwo\n`, { chunkBytes, lineBytes: 100 });

      expect(pieces.toReversed().join('')).toBe('one\ntwo\n');
    },
  );
});
