import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { EngineClient } from '../../src/client/client.ts';
import { findBarriers, launchBrowser, openPage } from '../support/browser.ts';
import { INSTALLING_MS } from '../support/debian-package.ts';
import { launchEngine, stopEngine, type EngineProcess } from '../support/engine-process.ts';
import { findFreePort } from '../support/free-port.ts';

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
  const title = `Mover ${randomUUID()}`;
  await new EngineClient({ url, secret }).chats.create({ provider: 'claude', title });
  const { page, troubles } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect`);
  await enter(page, 'not the secret');
  await page.getByRole('alert').getByText('does not know this secret').waitFor();
  await enter(page, secret);
  await page.getByRole('button', { name: 'Both' }).click();

  await page.locator('.actor', { hasText: title }).click();
  await activeState(page, 'resting.idle').waitFor();
  await send(page, 'Hello from the page', title);
  await page.locator('.said.user', { hasText: 'Hello from the page' }).waitFor();
  await page.locator('.diff .added', { hasText: 'Hello from the page' }).waitFor({ timeout: 60_000 });
  await page.locator('.said.notice', { hasText: 'completed after' }).waitFor({ timeout: 60_000 });
  await activeState(page, 'resting.idle').waitFor();
  await send(page, 'Count down slowly', title);
  await page.locator('.said.live', { hasText: '99' }).waitFor({ timeout: 60_000 });
  await activeState(page, 'running').waitFor();
  await page.getByRole('button', { name: 'Interrupt', exact: true }).click();
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
  await page.getByRole('button', { name: 'Machines', exact: true }).click();
  await page.getByLabel('Filter the transitions').fill('running.starting');
  await page.locator('.steps button').first().click();
  await activeState(page, 'running.starting').waitFor();
  await page.getByLabel('Moment').press('ArrowRight');
  await activeState(page, 'running.resuming').waitFor();
  await page.getByRole('button', { name: 'Now' }).click();
  await activeState(page, 'resting.idle').waitFor();
  await page.getByRole('combobox', { name: 'Event', exact: true }).selectOption('chat.configure');
  for (const name of [`${title}, configured`, title]) {
    await page.getByLabel('What it carries, as JSON').fill(JSON.stringify({ change: { title: name } }));
    await page.getByRole('button', { name: 'Send event' }).click();
    await page.getByRole('status').getByText('sent', { exact: true }).waitFor();
    await page.locator('.actor-name').getByText(name, { exact: true }).waitFor();
  }
  await page.getByRole('button', { name: 'Fit' }).click();
  const running = page.getByRole('button', { name: 'running', exact: true });
  await running.and(page.locator('[aria-expanded="false"]')).press('Enter', { timeout: 60_000 });
  await running.and(page.locator('[aria-expanded="true"]')).waitFor({ timeout: 60_000 });
  await page.locator('.chart [data-state="running.working"]').waitFor();
  for (const view of ['Machines', 'Both']) {
    await page.getByRole('button', { name: view, exact: true }).click();
    if (view === 'Machines') await page.getByRole('button', { name: 'Fit' }).click();
    await running.and(page.locator('[aria-expanded="false"]')).waitFor({ timeout: 60_000 });
    await expect.poll(() => lowestName(page)).toBeGreaterThan(8);
  }

  const notes = join(folder, '.replicas-dev', 'workspaces', 'demo', 'NOTES.md');
  expect(await readFile(notes, 'utf8')).toContain('- Hello from the page');
  await page.getByRole('button', { name: 'Work', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Search messages' }).fill('hello from the page');
  await page.keyboard.press('Enter');
  await page.locator('.found', { hasText: title }).last().click();
  await page.locator('.said:focus', { hasText: 'Hello from the page' }).waitFor();
  await page.getByRole('tab', { name: 'Repositories' }).click();
  await page.getByRole('region', { name: 'Diff of demo' }).getByText('Hello from the page').first().waitFor();
  expect(page.url()).toBe(`${url}/inspect`);
  expect(await findBarriers(page)).toEqual([]);
  await page.reload();
  await page.locator('.chat-button', { hasText: title }).click();
  await page.locator('.said.notice', { hasText: /interrupted after [\d.]+ s/ }).waitFor();
  await page.locator('.conversation').press('Home');
  await page.locator('.said.notice', { hasText: /completed after [\d.]+ s · [\d,]+ tokens/ }).waitFor();
  expect(troubles).toEqual([]);
});

it('leads from an empty chat to why a hook failed and to what agents ask, each by one button', async () => {
  const { page, troubles } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect#secret=${secret}`);
  expect(page.url()).toBe(`${url}/inspect`);
  const cards = page.locator('.requests');

  await page.getByRole('tab', { name: 'Boot and hooks failed' }).waitFor({ timeout: 60_000 });
  await openChat(page);
  await page.getByRole('button', { name: 'See why a hook failed' }).click();
  await page.getByText('failed, exit code 3').waitFor();
  await page.getByRole('log').getByText('[demo] Installing, step 5 of 5').first().waitFor();
  await page.getByRole('log').getByText('[demo] This hook fails on purpose').first().waitFor();
  await page.getByRole('button', { name: 'Run start hooks' }).click();
  await expect.poll(() => page.getByText('This hook fails on purpose: see').count()).toBeGreaterThan(3);
  const trial = page.getByRole('form', { name: 'Try a script' });
  await trial.getByLabel('Script').fill(String.raw`printf '\033[32mgreen\033[0m\n'; pwd; exit 4`);
  await trial.getByLabel('Where it runs').selectOption('demo');
  await trial.getByRole('button', { name: 'Try it' }).click();
  await trial.getByText('exit code 4').waitFor({ timeout: 60_000 });
  await trial.locator('.ansi-green', { hasText: 'green' }).waitFor();
  await trial.getByText('/workspaces/demo').waitFor();
  await page.getByRole('tab', { name: 'Chats' }).click();

  await page.getByRole('button', { name: 'Approve a plan' }).click();
  await cards.getByRole('heading', { name: 'Tidy up the notes' }).waitFor({ timeout: 60_000 });
  await expect.poll(() => page.title()).toBe('(1) waits for you · Replicas engine');
  await cards.getByRole('button', { name: 'Edit' }).click();
  await cards.getByRole('textbox', { name: 'The plan' }).fill('# Leave the notes alone');
  await cards.getByRole('button', { name: 'Approve as edited' }).click();
  await answered(page, 'The plan is carried out.');

  await begin(page, 'Answer a question');
  await cards.getByLabel('Formally').check({ timeout: 60_000 });
  await cards.getByRole('button', { name: 'Answer' }).click();
  await answered(page, 'Formally');

  await begin(page, 'Grant a permission');
  await cards.getByRole('button', { name: 'Allow', exact: true }).click({ timeout: 60_000 });
  await answered(page, 'Done: your message stands');
  expect(troubles).toEqual([]);
});

it('leads from an empty chat to what agents do, each by one button', async () => {
  const { page, troubles } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect#secret=${secret}`);

  await begin(page, 'See a sub-agent work');
  await answered(page, 'The errand is run.');
  await page.locator('.sub-agent summary').click();
  await page.locator('.sub-agent .diff .added', { hasText: 'Note that an errand was run.' }).waitFor();

  await begin(page, 'Send a picture');
  await page.getByRole('img', { name: 'image/png' }).waitFor({ timeout: 60_000 });
  await answered(page, 'I got your picture.');

  await begin(page, 'See a to-do list');
  await answered(page, 'All three steps are done.');
  await page.locator('.task-list').last().locator('li.completed', { hasText: 'Tell' }).waitFor();

  await begin(page, 'See two files change');
  await answered(page, 'Two files changed.');
  for (const line of ['+Hello!', '+Goodbye!'])
    await page.locator('.diff .added', { hasText: line }).waitFor();

  await begin(page, 'See a long output');
  await answered(page, 'The command printed two thousand lines.');
  await page.locator('.said details summary', { hasText: 'seq 1 2000' }).click();
  await page.locator('.result').getByRole('button', { name: 'Show more' }).click();
  await page.locator('.result', { hasText: /1999\n2000/ }).waitFor();

  await begin(page, 'Read a table');
  await answered(page, 'A table and some code');
  await page.locator('.markdown th', { hasText: 'Speaks' }).waitFor();
  await page.locator('.code .hljs-keyword', { hasText: 'function' }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  expect(troubles).toEqual([]);
});

it('shows what was sent at once, and what waits: in another order, written anew, dropped', async () => {
  const { page } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect#secret=${secret}`);
  await begin(page, 'Interrupt a turn');
  await page.locator('.said.live').waitFor({ timeout: 60_000 });
  await page.getByRole('heading', { name: 'Count down slowly.' }).waitFor();
  const box = page.getByRole('textbox', { name: /^Message/ });
  for (const text of ['one', 'two', 'three']) {
    await box.fill(text);
    await box.press('Enter');
  }
  const waiting = page.getByRole('region', { name: 'Queue' });
  const order = () => waiting.locator('li p').allTextContents();
  await expect.poll(order).toEqual(['one', 'two', 'three']);

  await waiting.getByRole('button', { name: 'Move 3 up' }).click();
  await expect.poll(order).toEqual(['one', 'three', 'two']);
  await waiting.getByRole('button', { name: 'Remove' }).first().click();
  await expect.poll(order).toEqual(['three', 'two']);
  await waiting.getByRole('button', { name: 'Edit' }).first().click();
  await expect.poll(() => box.inputValue()).toBe('three');
  await expect.poll(order).toEqual(['two']);
  await waiting.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Interrupt', exact: true }).click();
  await page.locator('.said.notice', { hasText: 'interrupted after' }).waitFor({ timeout: 60_000 });
});

it('names, finds and deletes chats', async () => {
  const { page } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect#secret=${secret}`);
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.locator('.new-chat').getByLabel('Agent').selectOption('claude');
  await page.getByRole('textbox', { name: 'Title' }).fill('Named');
  await page.locator('.new-chat').getByLabel('Model').fill('some');
  await page.getByLabel('Ask before it changes something').check();
  await page.locator('.new-chat').getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { name: 'Named' }).waitFor();

  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Short-lived');
  await page.getByRole('button', { name: 'Save' }).click();
  const chat = page.locator('.chat-button', { hasText: 'Short-lived' });
  await chat.waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('short-l');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Short-lived' }).waitFor();
  await page.getByRole('button', { name: 'Budget' }).click();
  await page.getByRole('spinbutton', { name: 'Budget' }).fill('5');
  await page.getByLabel('Counted in').selectOption('turns');
  await page.getByRole('button', { name: 'Save' }).click();
  const { chats } = new EngineClient({ url, secret });
  const told = async () => (await chats.list()).chats.find(({ title }) => title === 'Short-lived');
  await expect.poll(told).toMatchObject({ budget: { turns: 5 }, model: 'some', policy: 'ask' });
  while ((await chats.list()).chats.length < 8)
    await chats.create({ provider: 'claude', title: 'One of many' });
  await page.getByRole('searchbox', { name: 'Find a chat' }).fill('SHORT');
  await expect.poll(() => page.locator('.chat-title').allTextContents()).toEqual(['Short-lived']);
  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await chat.waitFor({ state: 'detached' });
});

it('shows what runs in the background, and stops it', async () => {
  const { page } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect#secret=${secret}`);
  await begin(page, 'Leave something running');
  await answered(page, 'It ticks in the background');

  const background = page.getByRole('region', { name: 'In the background' });
  await background.getByText('command · running').click({ timeout: 60_000 });
  await background.getByText('tick 1').waitFor();
  await background.getByRole('button', { name: 'Stop' }).click();
  await background.waitFor({ state: 'detached', timeout: 60_000 });
});

it('completes commands and names of files, and shows what agents drew, as it appears', async () => {
  const { page, troubles } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect#secret=${secret}`);
  const box = page.getByRole('textbox', { name: /^Message/ });
  await box.fill('/pl');
  const completions = page.getByRole('listbox', { name: 'Completions' });
  await completions.getByRole('option', { name: '/plan' }).click({ timeout: 60_000 });
  expect(await box.inputValue()).toBe('/plan ');
  await box.fill('Look at @note');
  await completions.getByRole('option', { name: 'demo/NOTES.md' }).waitFor();
  await box.press('Enter');
  expect(await box.inputValue()).toBe('Look at @demo/NOTES.md ');
  await box.fill('');

  await page.getByRole('tab', { name: 'Plans and previews' }).click();
  const canvas = join(folder, '.replicas-dev', '.replicas', 'canvas');
  await mkdir(canvas, { recursive: true });
  await writeFile(join(canvas, 'report.md'), '# A report\n\n- all is well\n');
  await page.getByRole('button', { name: 'report.md' }).click({ timeout: 60_000 });
  await page.getByRole('heading', { name: 'A report' }).waitFor();
  await page.getByRole('tab', { name: 'Credentials' }).click();
  await page.getByText('The control plane has none to give.').first().waitFor();
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
  const { chats } = new EngineClient({ url, secret });
  for (const number of [1, 2, 3, 4])
    await chats.create({ provider: 'claude', title: `Rather long, ${number}` });
  const current = page.locator('.chat-button[aria-current="true"]');
  await page.locator('.chat-button', { hasText: 'long, 4' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('long, 4');
  await page.keyboard.press('Enter');
  await current.getByText('long, 4').waitFor();
  const rightEdge = async () => {
    const { x = Infinity, width = 0 } = (await current.boundingBox()) ?? {};
    return x + width;
  };
  await expect.poll(rightEdge).toBeLessThanOrEqual(PHONE.viewport.width);
  expect(troubles).toEqual([]);
});

it('is worked by keys alone', async () => {
  const { page } = await openPage(browser, DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect`);
  await page.getByLabel('Secret').waitFor();
  await page.keyboard.type(secret);
  await page.keyboard.press('Enter');
  await page.locator('.composer').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('both');
  await page.keyboard.press('Enter');
  for (const sign of ['.actor', '.canvas', '#tab-transitions', '.chat-button', '.conversation.scroll']) {
    await page.locator(sign).first().waitFor();
  }

  const places = ['actor', 'canvas', 'tab-transitions', 'tab-chats', 'chat-button', 'conversation scroll'];
  const missing = new Set(places);
  for (let press = 0; missing.size > 0 && press < 1_000; press += 1) {
    await page.keyboard.press('Tab');
    missing.delete(
      await page.evaluate(() => document.activeElement?.className || document.activeElement?.id || ''),
    );
  }
  expect([...missing]).toEqual([]);
  await page.getByRole('tab', { name: 'Chats' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: 'Run start hooks' }).waitFor();
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
  await page.getByRole('button', { name: 'Both' }).click();
  await page.locator('.actor', { hasText: 'Claude Code' }).first().click();
  await send(page, 'Hello again');
  await page.locator('.said.notice', { hasText: 'completed after' }).last().waitFor({ timeout: 60_000 });
  await page.locator('.steps li', { hasText: 'running.working' }).first().waitFor();
});

async function startDev(port: number): Promise<EngineProcess> {
  const environment = { PATH: process.env['PATH'], HOME: '/nonexistent' };
  const started = launchEngine(environment, { command: ['dev', '--port', String(port)], cwd: folder });
  const invitation = `Open it: ${url}/inspect`;
  await vi.waitFor(() => expect(started.logs()).toContain(invitation), { timeout: 60_000 });
  return started;
}

async function enter(page: Page, text: string): Promise<void> {
  await page.getByLabel('Secret').fill(text);
  await page.getByRole('button', { name: 'Open' }).click();
}

/** A chat of its own. */
async function openChat(page: Page): Promise<void> {
  const title = page.locator('.chat-header h2');
  const before = await title.textContent();
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.locator('.new-chat').getByLabel('Agent').selectOption('claude');
  await page.locator('.new-chat').getByRole('button', { name: 'Open' }).click();
  await expect.poll(() => title.textContent()).not.toBe(before);
  await page.getByText('Nothing has been said yet').waitFor();
}

async function begin(page: Page, suggestion: string): Promise<void> {
  await openChat(page);
  await page.getByRole('button', { name: suggestion }).click();
}

async function answered(page: Page, text: string): Promise<void> {
  await page.locator('.said.text', { hasText: text }).waitFor({ timeout: 60_000 });
}

async function send(page: Page, text: string, chat = 'Claude Code'): Promise<void> {
  await page.getByRole('textbox', { name: `Message ${chat}` }).fill(text);
  await page.keyboard.press('Enter');
}

function activeState(page: Page, state: string) {
  return page.locator(`.chart [data-state="${state}"].active`);
}

/** How high the names of states are drawn, in pixels. */
function lowestName(page: Page): Promise<number> {
  const names = page.locator('.chart .name');
  return names.evaluateAll((all) => Math.min(...all.map((name) => name.getBoundingClientRect().height)));
}

/** How much wider the page is than the screen, in pixels. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
