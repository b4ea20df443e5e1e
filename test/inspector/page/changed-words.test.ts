import { expect, it } from 'vitest';
import { changedWords } from '../../../src/inspector/page/changed-words.ts';

/** The words that are marked in each line. */
function marked(...lines: string[]): (string | null)[] {
  const marks = changedWords(lines);
  return lines.map((line, index) => {
    const mark = marks.get(index);
    return mark === undefined ? null : line.slice(...mark);
  });
}

it('marks in a line and the one in its place what differs, in whole words', () => {
  expect(marked('-let total = 1;', '+let count = 1;')).toEqual(['total', 'count']);
  expect(marked('-one two', '+one new two')).toEqual(['', 'new ']);
  expect(marked('-größer als', '+größte als')).toEqual(['größer', 'größte']);
});

it('pairs lines in their order, those without a partner stay as they are', () => {
  expect(marked(' same', '-a 1', '-b 1', '+a 2', ' same', '+c 1')).toEqual([
    null,
    '1',
    null,
    '2',
    null,
    null,
  ]);
});

it('marks nothing in lines that share no word, in very long ones, nor in the names of files', () => {
  const long = 'word '.repeat(200);
  expect(marked(`-${long}a`, `+${long}b`)).toEqual([null, null]);
  expect(marked('-  alpha', '+  beta', '--- a/file', '+++ b/file')).toEqual([null, null, null, null]);
});
