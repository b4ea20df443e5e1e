import { expect, it } from 'vitest';
import { isOlder, numberIn } from '../../src/agents/program-version.ts';

it.each([
  ['2.1.220 (Claude Code)', '2.1.285', true],
  ['2.1.99', '2.1.285', true],
  ['1.9.999', '2.1.285', true],
  ['codex-cli 0.105.0', '0.151.0', true],
  ['2.1.285 (Claude Code)', '2.1.285', false],
  ['2.2.0', '2.1.285', false],
  ['codex-cli 1.0.0', '0.151.0', false],
  ['codex-cli 0.172.0-alpha.3', '0.151.0', false],
  ['a wrapper of somebody', '2.1.285', false],
  [null, '2.1.285', false],
])('a program that says it is %s is older than %s: %s', (version, oldest, expected) => {
  expect(isOlder(version, oldest)).toBe(expected);
});

it.each([
  ['2.1.332 (Claude Code)', '2.1.332'],
  ['codex-cli 0.172.0-alpha.3', '0.172.0-alpha.3'],
  ['a wrapper of somebody', 'a wrapper of somebody'],
])('the number of %s is %s', (version, number) => {
  expect(numberIn(version)).toBe(number);
});
