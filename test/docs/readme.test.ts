import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { curlSession } from '../../src/dev/curl-session.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

it('shows the session that `npm start` prints, for the engine that it starts', () => {
  const session = curlSession({ url: 'http://127.0.0.1:3737', secret: '$(cat .replicas-dev/engine-secret)' });

  expect(README).toContain(`\`\`\`sh\n${session.trimEnd()}\n\`\`\``);
});

it('stays under 150 lines', () => {
  expect(README.split('\n').length).toBeLessThan(150);
});

it.each(['README.md', ...pages()])('%s links only to what is there', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);

  expect(links.filter((link) => !existsSync(normalize(join(ROOT, dirname(page), link))))).toEqual([]);
});

function pages(): string[] {
  const files = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.md')).map((file) => join('docs', file));
}
