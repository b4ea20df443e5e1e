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

/** The inspector's page at 1,000 events a second, beside the same page at rest. */
export async function run(): Promise<BenchRow[]> {
  return withTemporaryFolder(async (folder) => {
    const claude = join(folder, 'claude');
    writeFileSync(claude, `#!/bin/sh\nexec '${process.execPath}' '${PRINTING_AGENT}' "$@"\n`, {
      mode: 0o755,
    });
    const engine = await startMeasuredEngine({ claude, LINES_PER_SECOND: '1000' });
    const browser = await launchBrowser();
    const page = await openInspector(await browser.newPage(), engine);
    const resting = await countLongTasks(page, () => Promise.resolve());
    const counts: number[] = [];
    for (let round = 0; round < RUNS; round += 1) counts.push(await countLongTasks(page, () => talk(engine)));
    await browser.close();
    await engine.stop();
    const value = Math.max(...counts);
    const name = `long tasks over ${LONG_MS} ms of the inspector in 30 s at 1,000 events/s, worst of ${RUNS} runs`;
    const baseline = { name: 'at rest', value: resting };
    return [{ name, unit: 'tasks', value, baseline, ratio: value / Math.max(1, resting), goal: '≤ 1' }];
  });
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

async function countLongTasks(page: Page, act: () => Promise<void>): Promise<number> {
  const watching = page.evaluate(
    ({ runMs, longMs }) =>
      new Promise<number>((resolve) => {
        let count = 0;
        const observer = new PerformanceObserver((list) => {
          count += list.getEntries().filter(({ duration }) => duration > longMs).length;
        });
        observer.observe({ entryTypes: ['longtask'] });
        setTimeout(() => resolve(count), runMs);
      }),
    { runMs: RUN_MS, longMs: LONG_MS },
  );
  await act();
  const count = await watching;
  await delay(MESSAGES * 1_000); // what was printed late is not counted to the next run
  return count;
}

const ChatsSchema = z.object({ chats: z.array(z.object({ id: z.string(), provider: z.string() })) });

async function talk(engine: MeasuredEngine): Promise<void> {
  const { chats } = ChatsSchema.parse(await engine.call('GET', '/chats'));
  const chat = chats.find(({ provider }) => provider === 'claude');
  for (let count = 0; count < MESSAGES; count += 1) {
    await engine.call('POST', `/chats/${chat?.id}/messages`, { message: 'talk' });
  }
}
