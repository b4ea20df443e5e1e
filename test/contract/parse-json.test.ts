import { expect, it } from 'vitest';
import { isTooDeep, parseJson } from '../../src/contract/parse-json.ts';

const around = (depth: number, inner: string) => `${'[{"a":'.repeat(depth)}${inner}${'}]'.repeat(depth)}`;

it.each([
  ['lists', '['.repeat(6_000) + ']'.repeat(6_000)],
  ['objects', around(3_000, '1')],
  ['lists behind brackets in texts', `{"a":"\\\\\\"${']'.repeat(900)}","b":${around(3_000, '"[\\""')}}`],
])('cuts %s that are nested deeper than anybody can write again', (_, text) => {
  expect(isTooDeep(text)).toBe(true);
  const value = parseJson(text);
  expect(() => structuredClone(value)).not.toThrow();
  expect(JSON.stringify(value)).toMatch(/"…"/);
});

it.each([
  ['nested less deeply', around(200, '1')],
  ['with as many brackets side by side', `[${'[],'.repeat(2_000)}"\\\\",{}]`],
  ['with brackets in a text', JSON.stringify({ text: '['.repeat(5_000), key: '\\"[{' })],
])('reads JSON %s as it is', (_, text) => {
  expect(parseJson(text)).toEqual(JSON.parse(text));
});

it('says nothing of what is no JSON', () => {
  expect(parseJson('['.repeat(6_000))).toBeUndefined();
});
