import { createElement, Fragment } from 'preact';
import { describe, expect, it } from 'vitest';
import { beginningOf, toPlainText } from '../../../src/inspector/page/plain-text.ts';
import '../../../src/inspector/page/show-plain-text.ts';

describe('text from outside', () => {
  it.each([
    ['an override of direction', 'say \u202Elive\u202C', 'say ⟨U+202E⟩live⟨U+202C⟩'],
    ['isolates', '\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
    ['marks of direction', 'a\u200F\u200E\u061Cb', 'a⟨U+200F⟩⟨U+200E⟩⟨U+061C⟩b'],
    ['colours of a terminal', '\u001B[31mred\u001B[0m', '␛[31mred␛[0m'],
    ['a bell, a backspace, a null, a delete', '\u0007\b\0\u007F', '␇␈␀␡'],
    ['a return that would overwrite the line', 'safe\rrm -rf', 'safe␍rm -rf'],
    ['controls of Latin-1', '\u009B31m', '⟨U+009B⟩31m'],
    ['separators of lines', 'a\u2028b\u2029c\u0085', 'a⟨U+2028⟩b⟨U+2029⟩c⟨U+0085⟩'],
    [
      'invisible spaces',
      'a\u200Bb\u2060c\uFEFFd\u00ADe\u3164',
      'a⟨U+200B⟩b⟨U+2060⟩c⟨U+FEFF⟩d⟨U+00AD⟩e⟨U+3164⟩',
    ],
    ['a joiner between letters of ASCII', 'a\u200Dd\u200Cm', 'a⟨U+200D⟩d⟨U+200C⟩m'],
    ['letters of tags', '\u{E0041}', '⟨U+E0041⟩'],
    ['data in variants', 'e\uFE01\uFE02', 'e\uFE01⟨U+FE02⟩'],
    ['half of a pair', 'a\uD83D', 'a⟨U+D83D⟩'],
  ])('names %s', (_what, text, shown) => {
    expect(toPlainText(text)).toBe(shown);
  });

  it.each([
    ['tabs and newlines', 'a\tb\nc'],
    ['emoji of several parts', '👩‍👩‍👧 ❤️ ❤️‍🔥 1️⃣'],
    ['scripts that join', 'می‌خواهم क्‍ष'],
    ['scripts from right to left', 'שלום مرحبا'],
  ])('leaves %s as they are', (_what, text) => {
    expect(toPlainText(text)).toBe(text);
  });

  it('is plain in everything that the page draws, attributes that are read included', () => {
    const { props } = createElement('p', { title: 'a\u202Eb', class: 'x' }, 'c\u202Ed', 1, ['e']);
    const { props: one } = createElement(Fragment, null, 'f\u202Eg');

    expect(props).toEqual({ title: 'a⟨U+202E⟩b', class: 'x', children: ['c⟨U+202E⟩d', 1, ['e']] });
    expect(one).toEqual({ children: 'f⟨U+202E⟩g' });
  });

  it('is not cut within a character', () => {
    expect(beginningOf('ab😀', 3)).toBe('ab');
    expect(beginningOf('ab😀', 4)).toBe('ab😀');
    expect(beginningOf('abc', 2)).toBe('ab');
  });
});
