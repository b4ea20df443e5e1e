import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Piece } from '../../src/archive/manifest.ts';
import { createPack, unpackFile, PIECE_BYTES } from '../../src/archive/pieces.ts';
import { MemoryStore } from '../support/memory-store.ts';

let folder: string;
let store: MemoryStore;
let stored: Set<string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pieces-'));
  store = new MemoryStore();
  stored = new Set();
});
afterEach(() => rm(folder, { recursive: true }));

/** No two parts of it are alike, and it is quickly zipped. */
function contentOf(size: number): Buffer {
  const content = Buffer.alloc(size);
  for (let place = 0; place < size; place += 4_096) randomBytes(16).copy(content, place);
  return content;
}

const pack = (content: Buffer, known?: readonly Piece[]) =>
  createPack(store, stored)(
    { read: (into, position) => Promise.resolve(content.copy(into, 0, position)) },
    { size: content.length, ...(known && { known }) },
  );

async function unpacked(pieces: readonly Piece[], mode = 0o600): Promise<Buffer> {
  await unpackFile(store, pieces, { path: join(folder, 'deep', 'file'), mode });
  return readFile(join(folder, 'deep', 'file'));
}

const sizesOf = (pieces: readonly Piece[]) => pieces.map(({ size }) => size);

describe('a file in pieces', () => {
  it.each([0, 1, PIECE_BYTES, PIECE_BYTES + 1, PIECE_BYTES * 2])(
    'of %d bytes comes back as it was',
    async (size) => {
      const content = contentOf(size);

      const pieces = await pack(content);

      expect((await unpacked(pieces)).equals(content)).toBe(true);
      expect(pieces).toHaveLength(Math.ceil(size / PIECE_BYTES));
    },
  );

  it('comes back with its mode', async () => {
    await unpacked(await pack(Buffer.from('a script')), 0o755);

    expect((await stat(join(folder, 'deep', 'file'))).mode & 0o777).toBe(0o755);
  });

  it('is sent once, whatever it is called', async () => {
    await pack(Buffer.from('the same'));
    await pack(Buffer.from('the same'));

    expect(store.puts).toHaveLength(1);
  });

  it('that grew is sent from where it grew', async () => {
    const content = contentOf(PIECE_BYTES + 1_000);
    const first = await pack(content);
    const grown = Buffer.concat([content, Buffer.from('one more line')]);

    const second = await pack(grown, first);

    expect(sizesOf(second)).toEqual([PIECE_BYTES, 1_000, 13]);
    expect(store.puts).toHaveLength(3);
    expect((await unpacked(second)).equals(grown)).toBe(true);
  });

  it('that was written anew in the middle is sent from there', async () => {
    const content = contentOf(2 * PIECE_BYTES);
    const first = await pack(content);
    content[PIECE_BYTES] = content[PIECE_BYTES]! ^ 1;

    const second = await pack(content, first);

    expect(second[0]).toEqual(first[0]);
    expect(second[1]).not.toEqual(first[1]);
    expect((await unpacked(second)).equals(content)).toBe(true);
  });

  it('that became shorter has nothing of what it was behind its end', async () => {
    const content = contentOf(3_000);
    const first = await pack(content.subarray(0, 2_000));
    const second = await pack(content, first);

    expect(sizesOf(await pack(content.subarray(0, 2_500), second))).toEqual([2_000, 500]);
    expect(await unpacked(await pack(Buffer.alloc(0), second))).toHaveLength(0);
  });

  it('that grew often is joined, except for its whole pieces', async () => {
    const parts = [contentOf(PIECE_BYTES), ...Array.from({ length: 33 }, () => contentOf(100))];
    const grown = [];
    for (const part of parts) grown.push(...(await pack(part)));
    const [whole] = grown;

    const content = Buffer.concat([...parts, Buffer.from('!')]);
    const joined = await pack(content, grown);
    const before = await pack(content.subarray(0, -101), grown.slice(0, -1));

    expect(sizesOf(joined)).toEqual([PIECE_BYTES, 3_301]);
    expect(joined[0]).toBe(whole);
    expect(before).toEqual(grown.slice(0, -1));
    expect((await unpacked(joined)).equals(content)).toBe(true);
  });
});

describe('a piece', () => {
  it.each([
    ['is gone', () => undefined],
    ['is not what was zipped', () => Buffer.from('no gzip')],
    ['holds something else of the same size', () => gzipSync(Buffer.from('other!!!'))],
    ['unfolds into more than it says', () => gzipSync(Buffer.alloc(2 * PIECE_BYTES))],
  ])('that %s leaves what stood in the place of its file', async (_, damage) => {
    await unpacked(await pack(Buffer.from('what was there')));
    const pieces = await pack(Buffer.from('the news'));
    store.damage(`pieces/${pieces[0]!.sha256}`, damage());

    await expect(unpacked(pieces)).rejects.toThrow(`The piece ${pieces[0]!.sha256} of the archive is`);

    expect(String(await readFile(join(folder, 'deep', 'file')))).toBe('what was there');
    expect((await readdir(join(folder, 'deep'))).filter((name) => name === 'file')).toEqual(['file']);
  });
});
