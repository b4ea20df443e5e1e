import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongestFirst from './support/longest-first.ts';
import SecondTries from './support/second-tries.ts';
import { isRoomy } from './support/roomy-folder.ts';

/** An engine has each step on disk before it tells it: homes in memory save the tests that wait. */
if (process.env['TMPDIR'] === undefined && isRoomy('/dev/shm')) process.env['TMPDIR'] = '/dev/shm';

/**
 * Two layers: `fast` starts no process and needs no network; `e2e` starts git, shells, the built engine and the real CLIs.
 * The files of `fast` share workers and modules, so what a test changes outside of itself it puts back. Files and tests
 * come in another order each time, the longest files first; the seed is printed, and `--sequence.seed=…` brings an order back.
 */
export default defineConfig({
  test: {
    reporters: ['default', new SecondTries()],
    sequence: { shuffle: { files: true, tests: true }, sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'fast',
          root: new URL('..', import.meta.url).pathname,
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'node_modules/**', 'dist/**'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          isolate: false,
          maxWorkers: Math.ceil(availableParallelism() * 1.5), // tests wait for disks and sockets more than they compute
          experimental: { fsModuleCache: true },
          restoreMocks: true,
          unstubEnvs: true,
          unstubGlobals: true,
          expect: { poll: { interval: 5, timeout: 10_000 } },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'e2e',
          root: new URL('..', import.meta.url).pathname,
          include: ['test/e2e/**/*.test.ts'],
          runner: './test/support/in-written-order.ts',
          setupFiles: ['test/support/check-secrets.ts', 'test/support/check-leftovers.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry: 1, // real programs on a machine that may be busy; test/support/second-tries.ts names each
          maxWorkers: 3, // tests wait for processes more than they compute
          expect: { poll: { interval: 20, timeout: 30_000 } },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
