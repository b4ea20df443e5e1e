import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PAGES } from './pages.ts';

for (const { file, render } of PAGES) {
  const path = join('docs', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await render());
}
