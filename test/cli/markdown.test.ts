import pc from 'picocolors';
import { expect, it } from 'vitest';
import { markdownStyle } from '../../src/cli/markdown.ts';

const { render, diff, endOfWhole } = markdownStyle(pc.createColors(false));

it.each([
  ['a heading', '## How it *works*\n\nLike this.', 'How it works\n\nLike this.\n'],
  ['emphasis', 'It is **very** `fast`, ~~slow~~.', 'It is very fast, slow.\n'],
  ['a link', '[the docs](https://a.b/c) and https://a.b', 'the docs (https://a.b/c) and https://a.b\n'],
  ['an image', '![a cat](cat.png)', 'a cat (cat.png)\n'],
  ['a list', '- one\n  - inner\n- [x] two\n\nAfter.', '• one\n  • inner\n• ☑ two\n\nAfter.\n'],
  ['a numbered list', '3. three\n4. four', '3. three\n4. four\n'],
  ['code', '```js\nif (a)\n\n  b();\n```\nThen.', '  if (a)\n\n    b();\nThen.\n'],
  ['a quote', '> said\n> so', '│ said\n│ so\n'],
  ['a table', '| a | bb |\n|---|---|\n| long | `c` |', 'a     bb\nlong  c\n'],
  ['tags', 'a <b>bold</b> one', 'a <b>bold</b> one\n'],
  ['controls', 'red \u001B[31malert', 'red ␛[31malert\n'],
])('%s reads as text', (_what, markdown, text) => {
  expect(render(markdown)).toBe(text);
});

it('marks what stands out', () => {
  const coloured = markdownStyle(pc.createColors(true));

  expect(coloured.render('# A\n')).toBe('\u001B[1mA\u001B[22m\n');
  expect(coloured.render('```diff\n+a\n-b\n```')).toBe(
    '  \u001B[32m+a\u001B[39m\n  \u001B[31m-b\u001B[39m\n',
  );
});

it('shows the beginning of a long diff', () => {
  expect(diff('-a\n+b')).toBe('  -a\n  +b\n');
  expect(
    diff(Array.from({ length: 45 }, () => '+x').join('\n'))
      .split('\n')
      .slice(-3),
  ).toEqual(['  +x', '  … 5 lines more', '']);
});

it('shows the beginning of a long line of a diff', () => {
  expect(diff(`+${'x'.repeat(100_000)}\n+b`)).toBe(`  +${'x'.repeat(499)}…\n  +b\n`);
});

it.each([
  ['a paragraph', 'One.\n\nTwo', 'One.\n\n'],
  ['an open fence', 'One.\n```\ncode\n\nmore', 'One.\n'],
  ['a list that goes on', '- a\n- b', ''],
])('holds back what may still grow: %s', (_what, streamed, whole) => {
  expect(streamed.slice(0, endOfWhole(streamed))).toBe(whole);
});
