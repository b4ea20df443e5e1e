import { expect, it } from 'vitest';
import { filesIn } from '../../../src/inspector/page/file-diffs.ts';

const CHANGE = '@@ -1,2 +1 @@\n-one\n-two\n+three\n';

it.each([
  ['a/src/sum.ts b/src/sum.ts', 'src/sum.ts'],
  ['a/my notes.md b/my notes.md', 'my notes.md'],
  ['a/a b/b.md b/a b/b.md', 'a b/b.md'],
  ['a/old notes.md b/new notes.md', 'new notes.md'],
  ['"a/a\\tb.md" "b/a\\tb.md"', 'a\\tb.md'],
])('a file of a diff has its name: %s', (names, name) => {
  const diff = `diff --git ${names}\nindex 1..2 100644\n${CHANGE}`;

  expect(filesIn(`${diff}${diff}`)).toEqual(
    Array.from({ length: 2 }, () => ({ name, added: 1, removed: 2, text: CHANGE.trimEnd() })),
  );
});
