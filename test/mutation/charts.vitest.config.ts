import { defineConfig } from 'vitest/config';

process.env['CHART_MUTANT'] ??= String(process.pid);

/** Each file of tests begins with a statechart from which a guard or an action was taken away. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/machines/*/*.test.ts'],
    exclude: ['test/machines/*/paths.test.ts'],
    setupFiles: ['test/mutation/remove-site.ts'],
    maxWorkers: 1,
    execArgv: ['--max-old-space-size=1024'], // a statechart that turns in a circle ends it soon
    testTimeout: 30_000,
  },
});
