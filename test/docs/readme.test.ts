import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { curlSession } from '../../src/dev/curl-session.ts';
import { documentedPages } from '../support/documented-commands.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

it('shows the session that `npm start` prints, for the engine that it starts', () => {
  const session = curlSession({ url: 'http://127.0.0.1:3737', secret: '$(cat .replicas-dev/engine-secret)' });

  expect(README).toContain(`\`\`\`sh\n${session.trimEnd()}\n\`\`\``);
});

it('stays under 150 lines', () => {
  expect(README.split('\n').length).toBeLessThan(150);
});

it.each(documentedPages())('%s links only to what is there', (page) => {
  const missing = linksOf(page).filter((link) => !existsSync(join(ROOT, link)));

  expect(missing).toEqual([]);
});

it.each(documentedPages())('%s links only to headings that there are', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
  const missing = links.filter(([, file = '', heading = '']) => {
    const target = file === '' ? page : normalize(join(dirname(page), file));
    return !anchorsOf(target).includes(heading);
  });

  expect(missing.map(([link]) => link)).toEqual([]);
});

it('every page can be reached from the index of docs/', () => {
  const reached = new Set(['README.md', 'docs/README.md']);
  for (const page of reached) {
    for (const link of linksOf(page)) {
      for (const found of pagesAt(link)) reached.add(found);
    }
  }

  expect(documentedPages().filter((page) => !reached.has(page))).toEqual([]);
});

/** What a page links to in this project, by its path from the root. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
  return links.map((link) => normalize(join(dirname(page), link)));
}

/** What links to the headings of a page say behind `#`. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(join(ROOT, page), 'utf8').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** A folder stands for the pages in it. */
function pagesAt(link: string): string[] {
  return documentedPages().filter((page) => page === link || (link.endsWith('/') && page.startsWith(link)));
}
