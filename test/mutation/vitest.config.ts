import { defineConfig } from 'vitest/config';

/** What tells mutants of the statecharts: a mutant is switched on for a whole file, so files share nothing. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/machines/**/*.test.ts'],
    // The walks go through everything at once, before any test: what they find, a story or a cell is to say.
    exclude: [
      'test/machines/pages.test.ts',
      'test/machines/stately.test.ts',
      'test/machines/*/paths.test.ts',
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
