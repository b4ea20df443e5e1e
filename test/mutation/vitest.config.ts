import { defineConfig } from 'vitest/config';

/** What tells mutants of the statecharts: a mutant is switched on for a whole file, so files share nothing. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/machines/**/*.test.ts'],
    exclude: ['test/machines/pages.test.ts', 'test/machines/stately.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
