import { expect, it } from 'vitest';
import { highlight } from '../../../../src/inspector/page/markdown/highlighter.ts';

it('colours the code of a language that it knows, and keeps every character', () => {
  const code = 'const greeting = "Hello";\n';
  const pieces = highlight(code, 'ts');
  expect(pieces?.[0]).toEqual({ classes: 'hljs-keyword', children: ['const'] });
  expect(JSON.stringify(pieces)).toContain('hljs-string');
});

it('leaves the code of another language as it is', () => {
  expect(highlight('hello', 'klingon')).toBeNull();
});
