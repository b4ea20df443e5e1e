import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PAGES } from '../../support/pages.ts';

const DRAWINGS = PAGES.filter(({ file }) => file.endsWith('.svg'));

it.each(DRAWINGS)('docs/$file is what the code says; `npm run docs` draws it', async ({ file, render }) => {
  const drawing = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');

  expect(drawing).toBe(await render());
});
