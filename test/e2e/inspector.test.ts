import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { EngineClient } from '../../src/client/client.ts';
import { findBarriers, launchBrowser, openPage } from '../support/browser.ts';
import { INSTALLING_MS } from '../support/debian-package.ts';
import { findFreePort, launchEngine, stopEngine, type EngineProcess } from '../support/engine-process.ts';

const DESKTOP = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' } as const;
const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  colorScheme: 'dark',
} as const;

let browser: Browser;
let folder: string;
let engine: EngineProcess;
let url: string;
let secret: string;

beforeAll(async () => {
  browser = await launchBrowser();
  folder = await mkdtemp(join(tmpdir(), 'inspector-'));
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  engine = await startDev(port);
  secret = (await readFile(join(folder, '.replicas-dev', 'engine-secret'), 'utf8')).trim();
  await nameChats(new EngineClient({ url, secret }));
}, INSTALLING_MS);

afterAll(async () => {
  await browser.close();
  await stopEngine(engine);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

/** So that what is said in them does not name them. */
async function nameChats({ chats }: EngineClient): Promise<void> {
  for (const { id, title } of (await chats.list()).chats) await chats.update(id, { title });
}

it('shows a message move through the chat machine into a file, and an interrupt', async () => {
  const { page, troubles } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect`);
  await enter(page, 'not the secret');
  await page.getByRole('alert').getByText('does not know this secret').waitFor();
  await enter(page, secret);

  await page.locator('.actor', { hasText: 'Claude Code' }).click();
  await activeState(page, 'resting.idle').waitFor();
  await send(page, 'Hello from the page');
  await page.locator('.said.user', { hasText: 'Hello from the page' }).waitFor();
  await page.locator('.diff .added', { hasText: 'Hello from the page' }).waitFor({ timeout: 60_000 });
  await page.locator('.said.notice', { hasText: 'completed after' }).waitFor({ timeout: 60_000 });
  await activeState(page, 'resting.idle').waitFor();
  await send(page, 'Count down slowly');
  await page.locator('.said.live', { hasText: '99' }).waitFor({ timeout: 60_000 });
  await activeState(page, 'running').waitFor();
  await page.getByRole('button', { name: 'Interrupt' }).click();
  await page.locator('.said.notice', { hasText: 'interrupted after' }).waitFor({ timeout: 60_000 });

  await page.getByRole('button', { name: 'Selected' }).click();
  const taken = async () => new Set(await page.locator('.steps .step-state').allTextContents());
  await expect
    .poll(taken)
    .toEqual(
      new Set([
        'running.starting',
        'running.resuming',
        'running.working',
        'interrupting',
        'settled',
        'resting.idle',
      ]),
    );
  const notes = join(folder, '.replicas-dev', 'workspaces', 'demo', 'NOTES.md');
  expect(await readFile(notes, 'utf8')).toContain('- Hello from the page');
  await page.getByRole('tab', { name: 'Repositories' }).click();
  await page.getByRole('region', { name: 'Diff of demo' }).getByText('Hello from the page').first().waitFor();
  expect(page.url()).toBe(`${url}/inspect`);
  expect(await findBarriers(page)).toEqual([]);
  expect(troubles).toEqual([]);
});

it('works on a phone, one part at a time, and in the dark', async () => {
  const { page, troubles } = await openPage(browser, PHONE);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect`);
  await enter(page, secret);

  for (const [part, sign] of [
    ['Actors', '.actor'],
    ['Chart', '.chart .active'],
    ['Details', '.log-tools'],
    ['Work', '.composer'],
  ] as const) {
    await page.getByRole('button', { name: part, exact: true }).click();
    await page.locator(sign).first().waitFor();
    expect({ part, barriers: await findBarriers(page), overflow: await overflowOf(page) }).toEqual({
      part,
      barriers: [],
      overflow: 0,
    });
  }
  expect(troubles).toEqual([]);
});

it('is worked by keys alone', async () => {
  const { page } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect`);
  await page.getByLabel('Secret').waitFor();
  await page.keyboard.type(secret);
  await page.keyboard.press('Enter');
  for (const sign of ['.actor', '.canvas', '#tab-transitions', '.chat-button', '.conversation.scroll']) {
    await page.locator(sign).first().waitFor();
  }

  const reached = new Set<string>();
  for (let press = 0; press < 40; press += 1) {
    await page.keyboard.press('Tab');
    reached.add(
      await page.evaluate(() => document.activeElement?.className || document.activeElement?.id || ''),
    );
  }
  for (const place of [
    'actor',
    'canvas',
    'tab-transitions',
    'tab-chats',
    'chat-button',
    'conversation scroll',
  ]) {
    expect([...reached]).toContain(place);
  }
  await page.getByRole('tab', { name: 'Chats' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: 'Run start hooks' }).waitFor();
});

it('shares one stream between eight tabs, of which each can send, also when the first is closed', async () => {
  const { page: first } = await openPage(browser, DESKTOP);
  const context = first.context();
  onTestFinished(() => context.close());
  const tabs = [first];
  while (tabs.length < 8) tabs.push(await context.newPage());
  for (const tab of tabs) {
    await tab.goto(`${url}/inspect`);
    await enter(tab, secret);
    await tab.getByText('Live', { exact: true }).waitFor();
    await tab.locator('.chat-button', { hasText: 'Claude Code' }).click();
  }
  await tabs[7]!.locator('.counters div', { hasText: 'listeners' }).getByText('1', { exact: true }).waitFor();

  for (const [index, tab] of tabs.entries()) await send(tab, `From tab ${index}`);
  await first.close();
  await send(tabs[1]!, 'Behind the first');

  for (const tab of tabs.slice(1)) {
    await tab.locator('.said.user', { hasText: 'Behind the first' }).waitFor({ timeout: 60_000 });
    const said = await tab.locator('.said.user', { hasText: /From tab|Behind/ }).allTextContents();
    expect(said.toSorted()).toEqual(['Behind the first', ...tabs.map((_, index) => `From tab ${index}`)]);
  }
});

it('takes up the thread by itself after the engine was killed', async () => {
  const { page } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect`);
  await enter(page, secret);
  await page.getByText('Live', { exact: true }).waitFor();

  await engine.end('SIGKILL');
  await page.getByText('Reconnecting').waitFor();
  engine = await startDev(Number(new URL(url).port));

  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 });
  await page.locator('.actor', { hasText: 'Claude Code' }).click();
  await send(page, 'Hello again');
  await page.locator('.said.notice', { hasText: 'completed after' }).last().waitFor({ timeout: 60_000 });
  await page.locator('.steps li', { hasText: 'running.working' }).first().waitFor();
});

async function startDev(port: number): Promise<EngineProcess> {
  const environment = { PATH: process.env['PATH'], HOME: '/nonexistent' };
  const started = launchEngine(environment, { command: ['dev', '--port', String(port)], cwd: folder });
  const invitation = `Look inside: ${url}/inspect`;
  await vi.waitFor(() => expect(started.logs()).toContain(invitation), { timeout: 60_000 });
  return started;
}

async function enter(page: Page, text: string): Promise<void> {
  await page.getByLabel('Secret').fill(text);
  await page.getByRole('button', { name: 'Open' }).click();
}

async function send(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message Claude Code' }).fill(text);
  await page.keyboard.press('Enter');
}

function activeState(page: Page, state: string) {
  return page.locator(`.chart [data-state="${state}"].active`);
}

/** How much wider the page is than the screen, in pixels. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
