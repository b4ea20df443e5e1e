import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MACHINE_PAGES } from '../support/machine-pages.ts';
import { INVARIANTS } from './chat/walk/invariants.ts';

const CITATION = /^ +`(test\/\S+)`: _(.+)_$/gm;

describe.each(MACHINE_PAGES)('docs/$file', ({ file }) => {
  const page = readFileSync(`docs/${file}`, 'utf8');
  const citations = [...page.matchAll(CITATION)].map(([, test = '', title = '']) => ({ test, title }));

  it('numbers its invariants and names the test that holds each', () => {
    const numbered = page.match(/^\d+\. (?!\*\*)/gm) ?? [];

    expect(numbered).toEqual(citations.map((_, index) => `${index + 1}. `));
  });

  it('cites tests that exist', () => {
    expect(citations.filter(({ test, title }) => !readFileSync(test, 'utf8').includes(title))).toEqual([]);
  });
});

it('docs/machines/chat.md lists every invariant that walks are held to', () => {
  const page = readFileSync('docs/machines/chat.md', 'utf8');

  expect(Object.keys(INVARIANTS).filter((title) => !page.includes(`_${title}_`))).toEqual([]);
});
