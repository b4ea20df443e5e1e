import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser } from './browser.ts';
import { INSTALLING_MS } from './debian-package.ts';

/** One browser for all tests of a file. */
export function shareBrowser(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, INSTALLING_MS);
  afterAll(() => browser.close());
  return () => browser;
}
