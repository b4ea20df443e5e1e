import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readIfFile } from '../../src/storage/read-if-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

it('reads a file, and nothing in its place that would take for ever', async () => {
  const folder = await temporaryFolder();
  const [file, vast, inner] = ['file', 'vast', 'folder'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(file, 'text');
  await writeFile(vast, '');
  await truncate(vast, 6_000_000_000);
  await mkdir(inner);

  expect([file, vast, inner, '/dev/zero', join(folder, 'none')].map(readIfFile)).toEqual([
    'text',
    null,
    null,
    null,
    null,
  ]);
});
