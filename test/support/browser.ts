import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { hasCommand, provideDebianPackage } from './debian-package.ts';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const SHELL = 'chromium-headless-shell';

/** Debian's Chromium without its windows, installed when it is missing. */
export async function launchBrowser(): Promise<Browser> {
  await provideDebianPackage(SHELL, () => hasCommand(SHELL));
  return chromium.launch({ executablePath: `/usr/bin/${SHELL}`, args: ARGUMENTS });
}

export interface OpenedPage {
  page: Page;
  /** What the browser complained of: failed scripts, refused policies. Refused requests are no trouble of the page's. */
  troubles: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await slowDown(page);
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(String(error.stack)));
  page.on('console', (message) => {
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) troubles.push(message.text());
  });
  return { page, troubles };
}

/** As on a machine that is so many times slower (`SLOW_PAGE=8`), or draws so many milliseconds later (`LATE_FRAMES=400`). */
async function slowDown(page: Page): Promise<void> {
  const { SLOW_PAGE: rate, LATE_FRAMES: late } = process.env;
  const session = await page.context().newCDPSession(page);
  if (rate !== undefined) await session.send('Emulation.setCPUThrottlingRate', { rate: Number(rate) });
  if (late !== undefined) await page.context().addInitScript(drawLater, Number(late));
}

/** Runs in the page. */
function drawLater(ms: number): void {
  globalThis.requestAnimationFrame = (draw) => window.setTimeout(() => draw(performance.now()), ms);
}

/** What axe finds wrong with a page, one line for each. It runs beside the page's policy, which forbids such scripts. */
export async function findBarriers(page: Page): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: source });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      JSON.stringify(violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', '))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  return JSON.parse(String(result.value)) as string[];
}
