import { expect, it } from 'vitest';
import { mentionIn, withMention } from '../../src/client/mention.ts';

it.each([
  ['Look at @no', 'no', 'Look at @demo/NOTES.md '],
  ['@', '', '@demo/NOTES.md '],
  ['mail me@home', null, 'mail me@home'],
  ['@demo/NOTES.md and then', null, '@demo/NOTES.md and then'],
])('a file is meant at the end of %j: %j', (text, letters, completed) => {
  expect(mentionIn(text)).toBe(letters);
  expect(withMention(text, 'demo/NOTES.md')).toBe(completed);
});

it('a name with spaces stands in quotation marks', () => {
  expect(withMention('@a', 'a b.md')).toBe('@"a b.md" ');
});
