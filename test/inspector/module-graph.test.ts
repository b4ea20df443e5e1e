import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readModuleGraph } from '../../src/inspector/module-graph.ts';
import { createTemporaryHome } from '../support/temporary-home.ts';

it('finds every module that a page needs, and lets them name each other in one folder', async () => {
  const home = await createTemporaryHome();
  const folder = home.path;
  onTestFinished(() => home.remove());
  await write(folder, {
    'dist/src/page/main.js': `import { h } from 'drawer';\nimport './parts/list.js';\nimport 'somewhere-else';\n`,
    'dist/src/page/parts/list.js': `export * from "../main.js";\n//# sourceMappingURL=list.js.map\n`,
    'dist/src/page/unused.js': 'export {};\n',
    'node_modules/drawer/dist/drawer.mjs': `import{x}from"./texts.mjs";export const h=x;`,
    'node_modules/drawer/dist/texts.mjs': 'export const x = 1;\n',
  });

  const modules = readModuleGraph({
    entry: join(folder, 'dist/src/page/main.js'),
    packages: { drawer: join(folder, 'node_modules/drawer/dist/drawer.mjs') },
    empty: [/texts/],
  });

  expect(Object.fromEntries(modules)).toEqual({
    'page.main.js': `import { h } from './drawer.dist.drawer.mjs';\nimport './page.parts.list.js';\nimport 'somewhere-else';\n`,
    'page.parts.list.js': `export * from "./page.main.js";\n`,
    'drawer.dist.drawer.mjs': `import{x}from"./drawer.dist.texts.mjs";export const h=x;`,
    'drawer.dist.texts.mjs': '',
  });
});

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
