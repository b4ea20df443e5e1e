import { afterEach, expect } from 'vitest';
import { takeShown } from './secret-watch.ts';

/** Fails the test in which an engine showed a secret. */
afterEach(async () => {
  expect(await takeShown(), 'places that show a secret').toEqual([]);
});
