import { expect, it } from 'vitest';
import { openTerminal } from '../../src/cli/open-terminal.ts';

const PAINTED = '\u001B[31ma\u001B[39m';

it.each([
  [{ FORCE_COLOR: '1' }, PAINTED],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, 'a'],
  [{ FORCE_COLOR: '1', NO_COLOR: '' }, PAINTED],
  [{ FORCE_COLOR: '1', TERM: 'dumb' }, 'a'],
])('with %j text is painted or not', (env, painted) => {
  expect(openTerminal(env).colors.red('a')).toBe(painted);
});
