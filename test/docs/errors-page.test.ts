import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TROUBLES } from '../support/errors-page.ts';

/** Where codes are for programs of other kinds: the command line, a stand-in of the control plane, words of an agent. */
const ELSEWHERE = /^src\/(?:cli|client|dev|inspector|server)\//;

it('explains every code that is written in the source of the engine', () => {
  const explained = new Set(TROUBLES.flatMap((row) => row.join(' ').match(/[a-z]+(?:_[a-z]+)+/g) ?? []));

  const unexplained = ['machines', 'src'].flatMap(filesOf).flatMap((file) => {
    const codes = [...readFileSync(file, 'utf8').matchAll(/\bcode: '([a-z]+(?:_[a-z]+)+)'/g)];
    return codes.flatMap(([, code = '']) => (explained.has(code) ? [] : [`${file}: ${code}`]));
  });

  expect(unexplained).toEqual([]);
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .filter((file) => !ELSEWHERE.test(file));
}
