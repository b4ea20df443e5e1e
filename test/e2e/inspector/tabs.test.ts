import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { openPage } from '../../support/browser.ts';
import { SECRET } from '../../support/fake-engine.ts';
import { shareBrowser } from '../../support/shared-browser.ts';
import { AT, CHAT_ID, serveWorkspace } from '../../support/shown-workspace.ts';

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const ASKED = { kind: 'permission', tool: 'Bash', input: {}, openedAt: AT, expiresAt: AT } as const;

const browser = shareBrowser();

it('a browser shares one stream between eight tabs, of which each can send, also when the first is closed', async () => {
  const { url, streams, sent, tell } = await serveWorkspace({});
  const { page: first } = await openPage(browser(), DESKTOP);
  const context = first.context();
  onTestFinished(() => context.close());
  const tabs = [first];
  while (tabs.length < 8) tabs.push(await context.newPage());
  for (const tab of tabs) await enter(tab, url);
  expect(streams()).toBe(1);

  const texts = tabs.map((_, index) => `From tab ${index}`);
  for (const [index, tab] of tabs.entries()) await send(tab, texts[index]!);
  await expect.poll(() => sent).toEqual(texts);
  await first.close();
  await send(tabs[1]!, 'Behind the first');
  await expect.poll(() => sent).toEqual([...texts, 'Behind the first']);

  await expect.poll(streams).toBe(1);
  tell({ type: 'chat.updated', payload: { chat: { ...QUIET_CHAT, title: 'Told to all' } } as never });
  for (const tab of tabs.slice(1)) await tab.locator('.chat-button', { hasText: 'Told to all' }).waitFor();
});

it('a tab holds one stream, also where a browser shares none, and says so when connections run out', async () => {
  const { url, streams } = await serveWorkspace({});
  const { page } = await openPage(browser(), DESKTOP);
  const context = page.context();
  onTestFinished(() => context.close());
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'));
  const tabs = [page];
  while (tabs.length < 6) tabs.push(await context.newPage());
  for (const tab of tabs) await enter(tab, url);
  expect(streams()).toBe(6);

  await send(page, 'Hello');
  await page.getByText('No connection to the engine is free').waitFor();
  const sending = page.locator('.said.pending', { hasText: 'Hello' }).getByText('sending');
  await sending.waitFor();
  await tabs[5]!.close();

  await page.getByText('No connection to the engine is free').waitFor({ state: 'hidden' });
});

it('a tab is told nothing of an engine whose secret it does not have', async () => {
  const { url } = await serveWorkspace({ word: 'hidden from strangers' });
  const { page } = await openPage(browser(), DESKTOP);
  onTestFinished(() => page.context().close());
  await enter(page, url);
  const stranger = await page.context().newPage();

  await stranger.goto(`${url}/inspect`);
  await stranger.getByLabel('Secret').fill('another');
  await stranger.getByRole('button', { name: 'Open' }).click();
  await stranger.getByRole('alert').getByText('does not know this secret').waitFor();

  expect(await stranger.content()).not.toContain('hidden from strangers');
  await page.getByText('Live', { exact: true }).waitFor();
});

it('a secret that no header can carry is refused with words', async () => {
  const { url } = await serveWorkspace({});
  const { page } = await openPage(browser(), DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect`);

  await page.getByLabel('Secret').fill('ключ');
  await page.keyboard.press('Enter');

  await page.getByRole('alert').getByText('no HTTP header can carry').waitFor();
  expect(await focused(page)).toBe('secret');
});

it('a link that brings the secret opens the page also where it asks for it already', async () => {
  const { url } = await serveWorkspace({});
  const { page } = await openPage(browser(), DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect#secret=wrong`);
  await page.getByRole('alert').getByText('does not know').waitFor();

  await page.goto(`${url}/inspect#secret=${SECRET}`);

  await page.getByText('Live', { exact: true }).waitFor();
  expect(page.url()).toBe(`${url}/inspect`);
});

it('the focus stays where the person works: unlocking, refusals, interrupts, answers', async () => {
  const { url, tell } = await serveWorkspace({ requests: ['r1', 'r2'].map((id) => ({ ...ASKED, id })) });
  const { page } = await openPage(browser(), DESKTOP);
  onTestFinished(() => page.context().close());
  await page.goto(`${url}/inspect`);
  await page.getByLabel('Secret').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('does not know').waitFor();
  expect(await focused(page)).toBe('secret');

  await page.keyboard.type(SECRET);
  await page.keyboard.press('Enter');
  await page.getByText('Live', { exact: true }).waitFor();
  expect(await focused(page)).toBe('panes');

  const close = (requestId: string) =>
    tell({
      type: 'chat.request.closed',
      payload: { chatId: CHAT_ID, messageId: 'm', requestId, outcome: 'denied' } as never,
    });
  await page.getByRole('button', { name: 'Deny', exact: true }).first().click();
  close('r1');
  await expect.poll(() => page.getByRole('button', { name: 'Deny', exact: true }).count()).toBe(1);
  await expect.poll(() => focused(page)).toBe('LI');
  await page.getByRole('button', { name: 'Deny', exact: true }).click();
  close('r2');
  await expect.poll(() => focused(page)).toBe('conversation scroll');

  await page.getByRole('button', { name: 'Interrupt', exact: true }).click();
  tell({ type: 'chat.updated', payload: { chat: { ...QUIET_CHAT } } as never });
  await page.getByRole('button', { name: 'Interrupt', exact: true, disabled: true }).waitFor();
  expect(await focused(page)).toBe('stop');
});

it('what is written to a chat stays there: behind another chat, behind a refusal', async () => {
  const { url } = await serveWorkspace({ refusesMessages: true });
  const { page } = await openPage(browser(), DESKTOP);
  onTestFinished(() => page.context().close());
  await enter(page, url);
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill('A draft');

  await page.locator('.chat-button', { hasText: 'Another' }).click();
  await page.getByRole('textbox', { name: 'Message Another' }).waitFor();
  expect(await box.inputValue()).toBe('');
  await page.locator('.chat-button', { hasText: 'app' }).click();
  await page.getByRole('textbox', { name: 'Message app' }).waitFor();
  expect(await box.inputValue()).toBe('A draft');
  await box.press('Enter');
  await page.getByRole('alert').getByText('disk').waitFor();

  expect(await box.inputValue()).toBe('A draft');
});

it('says a message into the running turn, or sends it with the modes and pictures that were chosen, however fast', async () => {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
  const history = [{ timestamp: AT, type: 'claude-user', payload: { message: { content: [image] } } }];
  const { url, sent } = await serveWorkspace({ history });
  const { page, troubles } = await openPage(browser(), DESKTOP);
  onTestFinished(() => page.context().close());
  await enter(page, url);
  const shown = page.getByRole('img', { name: 'image/png' });
  await expect.poll(() => shown.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBe(1);

  await page.getByRole('textbox', { name: 'Message' }).fill('Faster');
  await page.getByRole('button', { name: 'Steer' }).click();
  await page.locator('.said.pending', { hasText: 'Faster' }).waitFor();
  await page.getByRole('button', { name: 'Goal', exact: true }).click();
  await page.locator('.message-settings').evaluate(chooseAtOnce);
  await page.getByLabel('Model', { exact: true }).fill('opus');
  for (const type of ['paste', 'drop']) await give(page, type);
  await page.getByRole('button', { name: '2 images' }).waitFor();
  await send(page, 'Look');

  await expect
    .poll(() => sent)
    .toEqual(['Faster, steered', 'Look, plan, goal, fast, high, opus, base64, base64']);
  expect(troubles).toEqual([]);
});

it('a statechart that could not be had is drawn once it can', async () => {
  const { url } = await serveWorkspace({ failingDrawings: 2 });
  const { page, troubles } = await openPage(browser(), DESKTOP);
  onTestFinished(() => page.context().close());
  await enter(page, url);

  await page.locator('.canvas svg').waitFor({ state: 'attached' });
  expect(troubles).toEqual([]);
});

it('says what comes to those who listen: the conversation, requests, the connection', async () => {
  const { url } = await serveWorkspace({ requests: [{ ...ASKED, id: 'r1' }] });
  const { page } = await openPage(browser(), DESKTOP);
  onTestFinished(() => page.context().close());
  await enter(page, url);

  await page.getByRole('log', { name: 'Conversation' }).waitFor();
  await page.locator('[aria-live="polite"][aria-label="Open requests"]').getByText('May it use').waitFor();
  await page.getByRole('status').getByText('Live').waitFor();
});

const QUIET_CHAT = {
  id: CHAT_ID,
  provider: 'claude',
  title: 'app',
  createdAt: AT,
  updatedAt: AT,
  processing: false,
  parentChatId: null,
  state: 'idle',
};

/** A picture of one pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';

/** Pastes a picture into the message, or drops it there. */
/** Faster than the page draws: each choice counts, and one taken back does not. */
function chooseAtOnce(bar: Element): void {
  const [plan, , fast] = bar.querySelectorAll('button');
  for (const button of [plan, fast, plan, plan]) button!.click();
  const thinking = bar.querySelector('select')!;
  thinking.value = 'high';
  thinking.dispatchEvent(new Event('change', { bubbles: true }));
}

function give(page: Page, type: string): Promise<void> {
  return page.locator('.composer textarea').evaluate(
    (field, { type: how, pixel }) => {
      const bytes = Uint8Array.from(atob(pixel), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'pixel.png', { type: 'image/png' }));
      const options = { bubbles: true, cancelable: true };
      const event =
        how === 'paste'
          ? new ClipboardEvent('paste', { ...options, clipboardData: data })
          : new DragEvent('drop', { ...options, dataTransfer: data });
      field.dispatchEvent(event);
    },
    { type, pixel: PIXEL },
  );
}

function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.id || element?.className || element?.tagName || '';
  });
}

async function send(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

async function enter(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/inspect`);
  await page.getByLabel('Secret').fill(SECRET);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.locator('.composer').waitFor();
}
