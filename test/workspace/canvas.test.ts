import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPaths } from '../../src/environment/paths.ts';
import { listCanvas, readCanvas } from '../../src/workspace/canvas.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { startApp } from '../support/fake-engine.ts';
import { write } from './git-fixture.ts';

const MIB = 1024 * 1024;

async function createCanvas() {
  const home = await temporaryFolder();
  const { canvas } = createPaths(home);
  mkdirSync(canvas, { recursive: true });
  return { home, canvas };
}

describe('the canvas', () => {
  it('is empty where nobody put anything', async () => {
    const home = await temporaryFolder();

    expect(await listCanvas(createPaths(home).canvas)).toEqual([]);
  });

  it('lists its items with what a client shows them as, the newest first', async () => {
    const { canvas } = await createCanvas();
    write(canvas, { 'old.PNG': 'ä', 'new.md': '' });
    utimesSync(join(canvas, 'old.PNG'), 1, 1);
    utimesSync(join(canvas, 'new.md'), 2, 2);

    expect(await listCanvas(canvas)).toEqual([
      { filename: 'new.md', kind: 'markdown', sizeBytes: 0, updatedAt: '1970-01-01T00:00:02.000Z' },
      { filename: 'old.PNG', kind: 'image', sizeBytes: 2, updatedAt: '1970-01-01T00:00:01.000Z' },
    ]);
  });

  it.each([
    ['a.md', 'markdown', 'text/markdown', { content: 'a€' }],
    ['a.HTML', 'html', 'text/html', { content: 'a€' }],
    ['a.svg', 'image', 'image/svg+xml', { base64: 'YeKCrA==' }],
    ['a.mp4', 'video', 'video/mp4', { base64: 'YeKCrA==' }],
    ['a.mp3', 'audio', 'audio/mpeg', { base64: 'YeKCrA==' }],
    ['a.pdf', 'other', 'application/pdf', { base64: 'YeKCrA==' }],
    ['a.constructor', 'other', 'application/octet-stream', { base64: 'YeKCrA==' }],
    ['Makefile', 'other', 'application/octet-stream', { base64: 'YeKCrA==' }],
  ])('answers %s as %s', async (filename, kind, mimeType, content) => {
    const { canvas } = await createCanvas();
    write(canvas, { [filename]: 'a€' });

    expect(await readCanvas(canvas, filename)).toEqual({
      filename,
      kind,
      sizeBytes: 4,
      updatedAt: expect.any(String),
      mimeType,
      ...content,
    });
  });

  it('answers an item of 5 MiB whole, and a larger one without its content', async () => {
    const { canvas } = await createCanvas();
    write(canvas, { 'full.bin': Buffer.alloc(5 * MIB, 1), 'sparse.md': '' });
    truncateSync(join(canvas, 'sparse.md'), 8 * 1024 ** 3);

    const full = await readCanvas(canvas, 'full.bin');

    expect(Buffer.from(full.base64 ?? '', 'base64').equals(Buffer.alloc(5 * MIB, 1))).toBe(true);
    expect(await readCanvas(canvas, 'sparse.md')).toEqual({
      filename: 'sparse.md',
      kind: 'markdown',
      sizeBytes: 8 * 1024 ** 3,
      updatedAt: expect.any(String),
      mimeType: 'text/markdown',
      tooLarge: true,
    });
  });

  it('holds regular files of the folder only', async () => {
    const { home, canvas } = await createCanvas();
    write(home, { 'secret.md': 'secret' });
    write(canvas, { 'real.md': 'x', '.hidden.md': 'x', 'deeper/inner.md': 'x' });
    symlinkSync('real.md', join(canvas, 'link.md'));
    symlinkSync(join(home, 'secret.md'), join(canvas, 'leaving.md'));
    symlinkSync('/dev/zero', join(canvas, 'device.md'));
    symlinkSync('deeper/inner.md', join(canvas, 'inner.md'));
    execFileSync('mkfifo', [join(canvas, 'pipe.md')]);
    const { request } = startApp({
      canvas: { list: () => listCanvas(canvas), get: (filename) => readCanvas(canvas, filename) },
    });

    const names = (await listCanvas(canvas)).map(({ filename }) => filename).toSorted();

    expect(names).toEqual(['link.md', 'real.md']);
    const strange =
      'leaving.md device.md inner.md pipe.md deeper .hidden.md nothing.md ..%2f..%2fsecret.md ..%5csecret.md real.md%00 %2fetc';
    for (const name of strange.split(' ')) {
      const response = await request(`/canvas/${name}`);
      expect([name, response.status, await response.json()]).toMatchObject([
        name,
        404,
        { error: expect.any(String) },
      ]);
    }
  });
});
