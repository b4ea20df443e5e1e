/** `npm run test:node -- 24`: the tests on another Node.js, fetched from the npm registry. Further words go to vitest. */
import { spawnSync } from 'node:child_process';

const [version, ...words] = process.argv.slice(2);
if (version === undefined || !/^\d+(\.\d+){0,2}$/.test(version)) {
  console.error('Which Node.js? A version is expected: npm run test:node -- 24');
  process.exit(2);
}
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...words];
// What is built holds code that V8 made for the version that built it.
process.exit(run('npm', 'run', 'build') || run('node', ...vitest));

function run(...command: string[]): number {
  const { status } = spawnSync('npm', ['exec', '--yes', `--package=node@${version}`, '--', ...command], {
    stdio: 'inherit',
  });
  return status ?? 1;
}
