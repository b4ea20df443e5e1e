import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { launchBrowser } from '../support/browser.ts';
import { watchPage } from './inspector-watch.ts';
import { startMeasuredEngine, type MeasuredEngine, type MeasuredEngineOptions } from './measured-engine.ts';
import type { BenchRow } from './row.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const PRINTING_AGENT = fileURLToPath(new URL('../../test/support/printing-agent.mjs', import.meta.url));
const RUNS = 3;
const RUN_MS = 30_000;
const LONG_MS = 100;
/** The agent prints for ten seconds at a message, a thousand lines a second. */
const MESSAGES = 3;
/** How often a message is sent, and a chat is opened. */
const TIMES = 15;

/** What a person notices of the inspector's page: its own messages, first words, opening a chat, and whether it stays smooth. */
export async function run(): Promise<BenchRow[]> {
  return withTemporaryFolder(async (folder) => {
    const claude = join(folder, 'claude');
    writeFileSync(claude, `#!/bin/sh\nexec '${process.execPath}' '${PRINTING_AGENT}' "$@"\n`, {
      mode: 0o755,
    });
    const browser = await launchBrowser();
    try {
      return [
        ...(await withPage(browser, { claude, LINES: '200', LINES_PER_SECOND: '200' }, measureAnswers)),
        ...(await withPage(browser, { claude, LINES_PER_SECOND: '1000' }, measureSmoothness)),
      ];
    } finally {
      await browser.close();
    }
  });
}

interface Shown {
  browser: Browser;
  page: Page;
  engine: MeasuredEngine;
}

async function withPage(
  browser: Browser,
  options: MeasuredEngineOptions,
  measure: (shown: Shown) => Promise<BenchRow[]>,
): Promise<BenchRow[]> {
  const engine = await startMeasuredEngine(options);
  const page = await browser.newPage();
  try {
    await openInspector(page, engine);
    return await measure({ browser, page, engine });
  } finally {
    await page.close();
    await engine.stop();
  }
}

/** From Enter to one's own message on the screen, and from the frame of the first thing said to that on the screen. */
async function measureAnswers({ page, engine }: Shown): Promise<BenchRow[]> {
  const [own, first]: [number[], number[]] = [[], []];
  const stream = new AbortController();
  const frames = await followFrames(engine, stream.signal);
  for (let count = 0; count < TIMES; count += 1) {
    frames.length = 0;
    await page.getByRole('textbox', { name: /^Message/ }).fill(`Message ${count}`);
    const watching = await page.evaluateHandle(watchPage, {
      event: 'keydown',
      signs: ['.said.pending', '.said.text'],
    });
    await page.keyboard.press('Enter');
    const { actedAt, shownAt } = await watching.evaluate(({ done }) => done);
    own.push((shownAt[0] ?? 0) - actedAt);
    first.push((shownAt[1] ?? 0) - (frames[0] ?? 0));
    await page.locator('.state-line', { hasText: 'Ready' }).waitFor();
  }
  stream.abort();
  return [
    toMedianRow("from Send to one's own message on the screen", own, 50),
    toMedianRow('from the first frame of an answer to that on the screen', first, 50),
  ];
}

/** When each thing that is said comes out of the stream, in milliseconds since 1970. */
async function followFrames({ url, secret }: MeasuredEngine, signal: AbortSignal): Promise<number[]> {
  const frames: number[] = [];
  const headers = { 'X-Replicas-Engine-Secret': secret };
  const { body } = await fetch(`${url}/events?types=chat.turn.delta`, { headers, signal });
  const note = new WritableStream<Uint8Array>({
    write(chunk) {
      const isSaid = Buffer.from(chunk).includes('chat.turn.delta');
      if (isSaid) frames.push(performance.timeOrigin + performance.now());
    },
  });
  body?.pipeTo(note).catch(() => undefined); // until it is aborted
  return frames;
}

async function measureSmoothness({ browser, page, engine }: Shown): Promise<BenchRow[]> {
  const resting = await tasksOf(browser, page, () => Promise.resolve());
  const talking: Task[][] = [];
  for (let round = 0; round < RUNS; round += 1)
    talking.push(await tasksOf(browser, page, () => talk(engine)));
  const opening = await measureOpening(page);
  const scrolling = await tasksOf(browser, page, () => scrollBack(page));
  return [
    toTaskRow(`at 1,000 events/s, worst of ${RUNS} runs`, { runs: talking, resting }),
    toMedianRow('to open a chat of 10,000 events and more', opening, 1_000),
    toTaskRow('scrolled back through 10,000 events and more', { runs: [scrolling], resting }),
  ];
}

async function measureOpening(page: Page): Promise<number[]> {
  const opening: number[] = [];
  await page.getByRole('button', { name: 'Work', exact: true }).first().click();
  for (let count = 0; count < TIMES; count += 1) {
    await page.locator('.chat-button', { hasText: 'Codex' }).click();
    await page.getByText('Nothing has been said yet').waitFor();
    const watching = await page.evaluateHandle(watchPage, { event: 'click', signs: ['.said'] });
    await page.locator('.chat-button').first().click();
    const { actedAt, shownAt } = await watching.evaluate(({ done }) => done);
    opening.push((shownAt[0] ?? 0) - actedAt);
  }
  return opening;
}

function toMedianRow(what: string, times: readonly number[], goal: number): BenchRow {
  const sorted = times.toSorted((one, other) => one - other);
  const value = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const best = sorted[0] ?? 0;
  const name = `the inspector's page ${what}, median of ${times.length}`;
  const baseline = { name: 'the fastest', value: best };
  return { name, unit: 'ms', value, baseline, ratio: value / Math.max(1, best), goal: `≤ ${goal} ms` };
}

interface Task {
  /** How long it took, and how much of that it computed, in milliseconds: the rest it waited for a core. */
  tookMs: number;
  cpuMs: number;
}

function toTaskRow(when: string, { runs, resting }: { runs: Task[][]; resting: Task[] }): BenchRow {
  const value = Math.max(...runs.map(countLong));
  const tasks = runs.flat();
  const longest = Math.max(0, ...tasks.map(({ tookMs }) => tookMs));
  const busiest = Math.max(0, ...tasks.map(({ cpuMs }) => cpuMs));
  const name = `tasks of the inspector that compute for more than ${LONG_MS} ms in 30 s ${when}; the most was ${busiest.toFixed(0)} ms, the longest took ${longest.toFixed(0)} ms with what it waited for a core`;
  const baseline = { name: 'at rest', value: countLong(resting) };
  return {
    name,
    unit: 'tasks',
    value,
    baseline,
    ratio: value / Math.max(1, baseline.value),
    goal: '0',
  };
}

function countLong(tasks: readonly Task[]): number {
  return tasks.filter(({ cpuMs }) => cpuMs > LONG_MS).length;
}

async function scrollBack(page: Page): Promise<void> {
  await page.locator('.conversation').hover();
  const end = performance.now() + RUN_MS;
  while (performance.now() < end) await page.mouse.wheel(0, -1_500);
}

async function openInspector(page: Page, { url, secret }: MeasuredEngine): Promise<void> {
  await page.addInitScript('globalThis.__name = (named) => named'); // tsx wraps named functions in it
  await page.goto(`${url}/inspect`);
  await page.getByLabel('Secret').fill(secret);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('button', { name: 'Both' }).click();
  await page.locator('.actor', { hasText: 'Claude Code' }).click();
  await page.locator('.chart .active').first().waitFor();
}

const TraceSchema = z.object({
  traceEvents: z.array(
    z.looseObject({
      name: z.string(),
      ph: z.string(),
      pid: z.number(),
      tid: z.number(),
      dur: z.number().default(0),
      tdur: z.number().default(0),
      args: z.looseObject({ name: z.string().optional().catch(undefined) }).optional(),
    }),
  ),
});

/** The tasks of the page's main thread meanwhile, as the browser traces them. */
async function tasksOf(browser: Browser, page: Page, act: () => Promise<void>): Promise<Task[]> {
  await browser.startTracing(page, { categories: ['-*', 'disabled-by-default-devtools.timeline'] });
  await Promise.all([act(), delay(RUN_MS)]);
  const { traceEvents } = TraceSchema.parse(JSON.parse((await browser.stopTracing()).toString()));
  await delay(MESSAGES * 1_000); // what was printed late is not counted to the next run
  const threadOf = ({ pid, tid }: { pid: number; tid: number }) => `${pid} ${tid}`;
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(threadOf),
  );
  return traceEvents
    .filter((event) => event.name === 'RunTask' && event.ph === 'X' && mains.has(threadOf(event)))
    .map(({ dur, tdur }) => ({ tookMs: dur / 1_000, cpuMs: tdur / 1_000 }));
}

const ChatsSchema = z.object({ chats: z.array(z.object({ id: z.string(), provider: z.string() })) });

async function talk(engine: MeasuredEngine): Promise<void> {
  const { chats } = ChatsSchema.parse(await engine.call('GET', '/chats'));
  const chat = chats.find(({ provider }) => provider === 'claude');
  for (let count = 0; count < MESSAGES; count += 1) {
    await engine.call('POST', `/chats/${chat?.id}/messages`, { message: 'talk' });
  }
}
