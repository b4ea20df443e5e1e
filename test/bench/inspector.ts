import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { launchBrowser } from '../support/browser.ts';
import { startMeasuredEngine, type MeasuredEngine } from './measured-engine.ts';
import type { BenchRow } from './row.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const PRINTING_AGENT = fileURLToPath(new URL('../support/printing-agent.mjs', import.meta.url));
const RUNS = 3;
const RUN_MS = 30_000;
const LONG_MS = 100;
/** The agent prints for ten seconds at a message, a thousand lines a second. */
const MESSAGES = 3;

/** The inspector's page at 1,000 events a second, and scrolled back through what they said, beside the same page at rest. */
export async function run(): Promise<BenchRow[]> {
  return withTemporaryFolder(async (folder) => {
    const claude = join(folder, 'claude');
    writeFileSync(claude, `#!/bin/sh\nexec '${process.execPath}' '${PRINTING_AGENT}' "$@"\n`, {
      mode: 0o755,
    });
    const engine = await startMeasuredEngine({ claude, LINES_PER_SECOND: '1000' });
    const browser = await launchBrowser();
    const page = await openInspector(await browser.newPage(), engine);
    const resting = await longTasks(page, () => Promise.resolve());
    const talking: number[][] = [];
    for (let round = 0; round < RUNS; round += 1) talking.push(await longTasks(page, () => talk(engine)));
    await page.reload();
    await page.locator('.said').last().waitFor();
    const scrolling = await longTasks(page, () => scrollBack(page));
    await browser.close();
    await engine.stop();
    return [
      toRow('at 1,000 events/s, worst of 3 runs', { runs: talking, resting }),
      toRow('scrolled back through 10,000 events and more', { runs: [scrolling], resting }),
    ];
  });
}

function toRow(when: string, { runs, resting }: { runs: number[][]; resting: number[] }): BenchRow {
  const value = Math.max(...runs.map(({ length }) => length));
  const longest = Math.max(0, ...runs.flat());
  const name = `long tasks over ${LONG_MS} ms of the inspector in 30 s ${when}; the longest took ${longest} ms`;
  const baseline = { name: 'at rest', value: resting.length };
  return { name, unit: 'tasks', value, baseline, ratio: value / Math.max(1, resting.length), goal: '≤ 1' };
}

async function scrollBack(page: Page): Promise<void> {
  await page.locator('.conversation').hover();
  const end = performance.now() + RUN_MS;
  while (performance.now() < end) await page.mouse.wheel(0, -1_500);
}

async function openInspector(page: Page, { url, secret }: MeasuredEngine): Promise<Page> {
  await page.goto(`${url}/inspect`);
  await page.getByLabel('Secret').fill(secret);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('button', { name: 'Both' }).click();
  await page.locator('.actor', { hasText: 'Claude Code' }).click();
  await page.locator('.chart .active').first().waitFor();
  return page;
}

/** How long each took. */
async function longTasks(page: Page, act: () => Promise<void>): Promise<number[]> {
  const watching = page.evaluate(
    ({ runMs, longMs }) =>
      new Promise<number[]>((resolve) => {
        const found: number[] = [];
        const observer = new PerformanceObserver((list) => {
          found.push(...list.getEntries().map(({ duration }) => duration));
        });
        observer.observe({ entryTypes: ['longtask'] });
        setTimeout(() => resolve(found.filter((duration) => duration > longMs)), runMs);
      }),
    { runMs: RUN_MS, longMs: LONG_MS },
  );
  await act();
  const found = await watching;
  await delay(MESSAGES * 1_000); // what was printed late is not counted to the next run
  return found;
}

const ChatsSchema = z.object({ chats: z.array(z.object({ id: z.string(), provider: z.string() })) });

async function talk(engine: MeasuredEngine): Promise<void> {
  const { chats } = ChatsSchema.parse(await engine.call('GET', '/chats'));
  const chat = chats.find(({ provider }) => provider === 'claude');
  for (let count = 0; count < MESSAGES; count += 1) {
    await engine.call('POST', `/chats/${chat?.id}/messages`, { message: 'talk' });
  }
}
