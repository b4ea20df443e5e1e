import { expect, it } from 'vitest';
import { toPieces } from '../../../src/inspector/page/ansi.ts';

it.each([
  ['plain', [['plain', '']]],
  [
    '\u001B[31mred\u001B[0m, \u001B[1;92mgood\u001B[22m still\u001B[39m',
    [
      ['red', 'ansi-red'],
      [', ', ''],
      ['good', 'ansi-green bold'],
      [' still', 'ansi-green'],
    ],
  ],
  ['\u001B[8mhidden\u001B[m', [['hidden', '']]],
  ['\u001B[38;5;32mdeep\u001B[2K', [['deep\u001B[2K', '']]],
])('shows %j in its colours, and hides nothing', (line, pieces) => {
  expect(toPieces(line).map(({ text, classes }) => [text, classes])).toEqual(pieces);
});
