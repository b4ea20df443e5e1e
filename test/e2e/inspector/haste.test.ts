import type { Locator, Page, Route } from 'playwright-core';
import { expect, it } from 'vitest';
import { openInspector } from '../../support/open-inspector.ts';
import { shareBrowser } from '../../support/shared-browser.ts';
import { AT, CHAT_ID } from '../../support/shown-workspace.ts';

/*
 * What people do faster than a slow machine draws frames, and what comes when they are elsewhere already. Events that follow each
 * other in one task of the page come before any frame, on a machine of any speed.
 */

const CHAT = {
  id: CHAT_ID,
  provider: 'claude',
  title: 'app',
  createdAt: AT,
  updatedAt: AT,
  processing: false,
  parentChatId: null,
  state: 'idle',
};
const ASKED = { kind: 'permission', tool: 'Bash', input: {}, openedAt: AT, expiresAt: AT } as const;

const browser = shareBrowser();

it('keys that come before the page is drawn each count: between tabs, through what was said, into what is written', async () => {
  const history = ['First', 'Second'].map(said);
  const { page, sent } = await openInspector(browser(), { history });
  await page.route('**/commands', (route) => answer(route, { commands: [COMMAND] }));
  const box = page.getByRole('textbox', { name: 'Message' });
  await page.locator('.said.user', { hasText: 'Second' }).waitFor();

  await box.focus();
  await press(page, 'ArrowUp', 'ArrowUp');
  await expect.poll(() => box.inputValue()).toBe('First');
  await box.fill('');
  await press(page, 'N', 'ArrowUp');
  await expect.poll(() => box.inputValue()).toBe('N');
  await box.fill('/pl');
  await page.getByRole('option', { name: '/plan' }).waitFor();
  await press(page, 'Enter', 'i', 't', 'Enter', 'A', 'n', 'd');
  await expect.poll(() => sent).toEqual(['/plan it']);
  await expect.poll(() => box.inputValue()).toBe('And');
  await box.fill('/pl');
  await page.getByRole('option', { name: '/plan' }).waitFor();
  await press(page, 'a', 'y', 'Enter');
  await expect.poll(() => sent).toEqual(['/plan it', '/play']);

  await page.getByRole('tab', { name: 'Chats' }).focus();
  await press(page, 'ArrowRight', 'ArrowRight');
  await page.getByRole('tab', { name: 'Repositories', selected: true }).waitFor();
});

it('what is pressed twice happens once: an answer, a suggestion, the opening of a chat', async () => {
  const { page, answers, sent } = await openInspector(browser(), { requests: [{ ...ASKED, id: 'r1' }] });
  await page.getByRole('button', { name: 'Deny', exact: true }).dblclick();
  await pressTwice(page, 'See a to-do list');
  await expect.poll(() => sent).toHaveLength(1);

  await page.route('**/environment', (route) => answer(route, ENVIRONMENT));
  const created: Route[] = [];
  await page.route('**/chats', (route) => void created.push(route));
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.getByRole('button', { name: 'Open', disabled: false }).waitFor();
  await pressTwice(page, 'Open');
  await expect.poll(() => created).toHaveLength(1);
  await page.locator('.chat-button', { hasText: 'Another' }).click();
  await answer(created[0]!, { chat: { ...CHAT, id: 'a-third' } });
  await page.getByRole('button', { name: 'New chat', expanded: false }).waitFor();

  expect(await page.locator('.chat-button[aria-current="true"]').innerText()).toContain('Another');
  expect({ answers, sent: sent.length }).toEqual({ answers: [`${CHAT_ID} r1 deny`], sent: 1 });
});

it('the second click of two is none at what moved there by then: in the queue, in what runs in the background', async () => {
  const withdrawn: string[] = [];
  const waiting = ['w0', 'w1'].map((id) => ({ id, message: `Later ${id}`, queuedAt: AT }));
  const { page, tell } = await openInspector(browser(), { waiting: waiting.map(({ message }) => message) });
  await page.route('**/queue/*', (route) => {
    withdrawn.push(route.request().url().split('/').at(-1) ?? '');
    const queue = waiting.filter(({ id }) => !withdrawn.includes(id));
    return answer(route, { success: true, queue });
  });
  await clickTwice(page, page.getByRole('button', { name: 'Remove' }));
  expect(withdrawn).toEqual(['w1']);

  const stopped: string[] = [];
  await page.route('**/tasks', (route) => {
    const tasks = ['t0', 't1'].filter((id) => !stopped.includes(id)).map(toTask);
    return answer(route, { tasks });
  });
  await page.route('**/tasks/*/stop', (route) => {
    stopped.push(route.request().url().split('/').at(-2) ?? '');
    return answer(route, { success: true });
  });
  tell({ type: 'chat.task.changed', payload: { chatId: CHAT_ID, task: toTask('t0') } as never });
  await clickTwice(page, page.getByRole('button', { name: 'Stop' }));
  expect(stopped).toEqual(['t1']);
});

it('a chat whose model is refused is none: there is one when it is opened with another', async () => {
  const { page } = await openInspector(browser(), {});
  const calls: string[] = [];
  await page.route('**/environment', (route) => answer(route, ENVIRONMENT));
  await page.route('**/chats', (route) => {
    calls.push('POST');
    return answer(route, { chat: { ...CHAT, id: `new-${calls.length}` } });
  });
  await page.route('**/chats/new-*', (route) => {
    const method = route.request().method();
    calls.push(`${method} ${route.request().url().split('/').at(-1)}`);
    const isRefused = method === 'PATCH' && route.request().postData()?.includes('none') === true;
    if (isRefused)
      return route.fulfill({ status: 400, json: { error: 'No such model', code: 'INVALID_REQUEST' } });
    return answer(route, method === 'PATCH' ? { chat: CHAT } : { success: true });
  });

  await page.getByRole('button', { name: 'New chat' }).click();
  const model = page.getByRole('textbox', { name: 'Model', exact: true });
  const open = page.getByRole('button', { name: 'Open', disabled: false });
  await model.fill('none');
  await open.click();
  await page.getByText('No such model').waitFor();
  await model.fill('another');
  await open.click();
  await page.getByRole('button', { name: 'New chat', expanded: false }).waitFor();

  expect(calls).toEqual(['POST', 'PATCH new-1', 'DELETE new-1', 'POST', 'PATCH new-4']);
});

it('a chat that is chosen as another one opens is the one that is shown', async () => {
  const { page } = await openInspector(browser(), {});
  await page.evaluate(() => {
    const [first, another] = document.querySelectorAll<HTMLElement>('.chat-button');
    // As soon as it is drawn, before what follows from that.
    new MutationObserver((_changes, observer) => {
      observer.disconnect();
      first?.click();
    }).observe(another!, { attributeFilter: ['aria-current'] });
    another?.click();
  });

  await page.locator('.chat-button[aria-current="false"]', { hasText: 'Another' }).waitFor();
  await page.getByRole('textbox', { name: 'Message app' }).waitFor();
});

it('the focus is left to whoever writes, whatever comes meanwhile', async () => {
  const { page, tell } = await openInspector(browser(), { requests: [{ ...ASKED, id: 'r1' }] });
  const box = page.getByRole('textbox', { name: 'Message' });
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('button', { name: 'Say why not…' }).click();
  await box.focus();
  tell({ type: 'chat.updated', payload: { chat: CHAT } as never });
  const opened = { chatId: CHAT_ID, messageId: 'm', request: { ...ASKED, id: 'r2' } };
  tell({ type: 'chat.request.opened', payload: opened as never });
  await expect.poll(() => page.getByRole('button', { name: 'Allow', exact: true }).count()).toBe(2);
  await page.locator('.stop[aria-disabled="true"]').waitFor();
  expect(await isFocused(page, '.composer textarea')).toBe(true);

  const histories: Route[] = [];
  await page.route('**/chats/another-chat/history*', (route) => void histories.push(route));
  const place = { chatId: 'another-chat', title: 'Another', eventIndex: 0, timestamp: AT, kind: 'user' };
  const result = { ...place, excerpt: 'Long ago' };
  await page.route('**/search*', (route) => answer(route, { results: [result], truncated: false }));
  await page.getByRole('searchbox', { name: 'Search messages' }).fill('ago');
  await page.keyboard.press('Enter');
  await page.locator('.found').click();
  await expect.poll(() => histories).toHaveLength(1);
  await page.getByRole('textbox', { name: 'Message Another' }).focus();
  await answer(histories[0]!, { ...HISTORY, events: [said('Long ago')] });
  await page.locator('.said.user', { hasText: 'Long ago' }).waitFor();

  expect(await isFocused(page, '.composer textarea')).toBe(true);
});

it('an answer that comes late changes nothing: a search that was cleared, a trial behind another, a fit that was left', async () => {
  const { page } = await openInspector(browser(), {});
  const searches: Route[] = [];
  await page.route('**/search*', (route) => void searches.push(route));
  const field = page.getByRole('searchbox', { name: 'Search messages' });
  await field.fill('words');
  await field.press('Enter');
  await expect.poll(() => searches).toHaveLength(1);
  await field.fill('');
  const answered = page.waitForResponse('**/search*');
  await answer(searches[0]!, { results: [], truncated: false });
  await (await answered).finished();
  expect(await page.getByText('Nothing found').count()).toBe(0);

  const trials: Route[] = [];
  await page.route('**/hooks/test', (route) => void trials.push(route));
  await page.getByRole('tab', { name: 'Boot and hooks' }).click();
  await page.getByRole('textbox', { name: 'Script' }).fill('sleep 1000');
  for (const count of [1, 2]) {
    await page.getByRole('button', { name: 'Try it' }).click();
    await expect.poll(() => trials).toHaveLength(count);
  }
  await page.getByRole('status').getByText('running', { exact: true }).waitFor();
  const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/hooks/test'));
  await page.getByRole('tab', { name: 'Chats' }).click();
  await ended;

  await page.getByRole('button', { name: 'Machines' }).click();
  await page.locator('.canvas svg').waitFor();
  const follow = page.getByRole('button', { name: 'Follow' });
  await follow.click();
  await page.getByRole('button', { name: 'Follow', pressed: false }).waitFor();
  await pressTwice(page, 'Fit', 'Follow');
  await page.getByRole('status').getByText('Laying it out').waitFor({ state: 'detached' });
  expect(await follow.getAttribute('aria-pressed')).toBe('true');
});

it('what is chosen in the palette stays what it is while chats change', async () => {
  const { page, tell } = await openInspector(browser(), {});
  await page.keyboard.press('Control+k');
  await page.getByRole('option', { name: 'Interrupt app' }).waitFor();
  await page.keyboard.press('ArrowDown');
  const chosen = page.locator('.palette [aria-selected="true"]');
  await expect.poll(() => chosen.innerText()).toBe('Write a message');

  tell({ type: 'chat.updated', payload: { chat: CHAT } as never });
  await page.locator('.stop[aria-disabled="true"]').waitFor({ state: 'attached' });
  expect((await chosen.innerText()).trim()).toBe('Write a message');
});

const COMMAND = { command: '/plan', description: 'Plans.', providers: ['claude'] };

const ENVIRONMENT = {
  engineVersion: '1',
  variables: [],
  skills: [],
  codingAgents: { claude: { available: true, version: '1', authMethod: null, protocol: 'stream-json' } },
  hooks: [],
  integrations: { github: false, slack: false, linear: false },
};

const HISTORY = {
  threadId: null,
  codingAgent: 'claude',
  total: 1,
  hasMore: false,
  beforeCursor: null,
  senders: [],
  endedTurns: [],
  lastEventId: '000000000001-aaaaaaaa',
};

function said(text: string) {
  return { timestamp: AT, type: 'claude-user', payload: { message: { content: text } } };
}

function answer(route: Route, body: object): Promise<void> {
  return route.fulfill({ json: body });
}

function isFocused(page: Page, place: string): Promise<boolean> {
  return page.locator(place).evaluate((element) => element === document.activeElement);
}

/** Keys and letters for whatever has the focus, before the next frame; a browser does as much between two of its tasks. */
function press(page: Page, ...keys: string[]): Promise<void> {
  return page.evaluate(async (all) => {
    for (const key of all) {
      const element = document.activeElement;
      if (key.length === 1 && element instanceof HTMLTextAreaElement) {
        element.setRangeText(key, element.selectionStart, element.selectionEnd, 'end');
        element.dispatchEvent(new InputEvent('input', { bubbles: true }));
      } else element?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  }, keys);
}

function toTask(id: string) {
  return {
    id,
    kind: 'shell',
    title: id,
    state: 'running',
    startedAt: AT,
    lastActivityAt: AT,
    outputTail: '',
  };
}

/** The last of these, and then what stands in its place once that is drawn. What that asks for, it has asked for behind this. */
async function clickTwice(page: Page, buttons: Locator): Promise<void> {
  await expect.poll(() => buttons.count()).toBe(2);
  const { x = 0, y = 0, width = 0, height = 0 } = (await buttons.last().boundingBox()) ?? {};
  await page.mouse.click(x + width / 2, y + height / 2);
  await expect.poll(() => buttons.count()).toBe(1);
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await page.evaluate(() => fetch('/health'));
}

/** Two buttons in one task, or one of them twice. */
function pressTwice(page: Page, name: string, then = name): Promise<void> {
  return page.evaluate(
    (names) => {
      const buttons = [...document.querySelectorAll('button')];
      for (const text of names) buttons.find(({ textContent }) => textContent === text)?.click();
    },
    [name, then],
  );
}
