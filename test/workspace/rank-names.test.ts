import { expect, it } from 'vitest';
import { rankNames } from '../../src/workspace/rank-names.ts';

const PATHS = [
  'app/docs/login.md',
  'app/lo/gin.ts',
  'app/src/login-page.ts',
  'app/src/re-login.ts',
  'b/README.md',
];

it.each([
  ['login', ['app/docs/login.md', 'app/src/login-page.ts', 'app/src/re-login.ts', 'app/lo/gin.ts']],
  ['README', ['b/README.md']],
  ['src/RE', ['app/src/re-login.ts']],
  ['nowhere', []],
  ['', ['b/README.md', 'app/lo/gin.ts', 'app/docs/login.md', 'app/src/re-login.ts', 'app/src/login-page.ts']],
])('finds "%s" in the names of files before their folders, and letters apart last', (letters, found) => {
  expect(rankNames(PATHS, letters)).toEqual(found);
});
