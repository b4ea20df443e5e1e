import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { findBarriers } from '../../support/browser.ts';
import { openInspector, unlock, type Opened } from '../../support/open-inspector.ts';
import { shareBrowser } from '../../support/shared-browser.ts';
import { AT, CHAT_ID, type Shown } from '../../support/shown-workspace.ts';

const browser = shareBrowser();

it('a tool is shown by what it does: its command and exit code, its change, its page, its answer', async () => {
  const { page, troubles } = await open({
    history: [
      ...tool(
        'Bash',
        { command: 'npm test' },
        { text: 'Exit code 2\n\u001B[31m1 failed\u001B[0m', is_error: true },
      ),
      ...tool('Bash', { command: 'true' }, { text: '', told: { stdout: '', interrupted: false } }),
      ...tool('Edit', {
        file_path: '/app/src/sum.ts',
        old_string: 'const a = 1;',
        new_string: 'const b = 1;',
      }),
      ...tool('Grep', { pattern: 'TODO', output_mode: 'content' }, { text: 'src/sum.ts:1' }),
      ...tool('WebFetch', { url: 'https://example.org/a', prompt: 'Read it.' }, { text: '**Found** it' }),
      ...tool('mcp__tracker__find_issue', { issue: 7, labels: ['bug'] }, { text: 'Open' }),
      ...tool(
        'TodoWrite',
        { todos: [{ content: 'Look', status: 'completed' }] },
        { text: 'Todos were modified.' },
      ),
      ...tool('ExitPlanMode', { plan: '# The plan' }, { text: 'Approved.' }),
      { timestamp: AT, type: 'claude-user', payload: { message: { content: OWN_COMMAND } } },
    ],
  });
  const cards = page.locator('.said.tool > details');
  await expect.poll(() => cards.count()).toBe(8);

  expect(await cards.locator('summary').allInnerTexts()).toEqual([
    'Command\nnpm test\nexit code 2',
    'Command\ntrue\nexit code 0',
    'Edit\nsum.ts /app/src\ndone',
    'Search\nTODO\ndone',
    'Web\nhttps://example.org/a\ndone',
    'tracker › find_issue\n{"issue":7,"labels":["bug"]}\ndone',
    'To-do list\n1 of 1 done\ndone',
    'Plan\n# The plan\ndone',
  ]);
  await cards.nth(0).locator('.ansi-red', { hasText: '1 failed' }).waitFor();
  expect(await cards.nth(2).locator('mark').allTextContents()).toEqual(['a', 'b']);
  for (const index of [3, 4, 5, 7]) await cards.nth(index).locator('summary').click();
  await expect
    .poll(() => cards.nth(3).locator('dt, dd').allTextContents())
    .toEqual(['pattern', 'TODO', 'output mode', 'content']);
  await cards.nth(4).getByRole('link', { name: 'https://example.org/a' }).waitFor();
  await cards.nth(4).locator('strong', { hasText: 'Found' }).waitFor();
  expect(await cards.nth(6).getByText('Todos were modified.').count()).toBe(0);
  await cards.nth(7).getByRole('heading', { name: 'The plan' }).waitFor();
  expect(await page.locator('.said.user p').innerText()).toBe('/context all');
  expect(await findBarriers(page)).toEqual([]);
  expect(troubles).toEqual([]);
});

it('a permission shows what would change, and is allowed from now on, or denied with a reason', async () => {
  const edit = { file_path: '/app/a.md', old_string: 'one', new_string: 'two' };
  const patch = { changes: [{ path: '/app/b.md', diff: '@@ -1 +1 @@\n-three\n+four' }], reason: null };
  const asked = { kind: 'permission', openedAt: AT, expiresAt: AT } as const;
  const { page, answers } = await open({
    requests: [
      { ...asked, id: 'r1', tool: 'Edit', input: edit, always: { title: 'all edits', offer: 1 } },
      { ...asked, id: 'r2', tool: 'apply_patch', input: patch },
    ],
  });
  const [first, second] = [0, 1].map((index) => page.locator('.requests > ul > li').nth(index));

  expect(await first?.locator('.subject, .diff .removed, .diff .added').allTextContents()).toEqual([
    '/app/a.md',
    '-one\n',
    '+two\n',
  ]);
  expect(await second?.locator('.subject, .diff .file, .diff .added').allTextContents()).toEqual([
    '--- /app/b.md\n',
    '+four\n',
  ]);
  await first?.getByRole('button', { name: 'Always allow' }).click();
  expect(await second?.getByRole('button', { name: 'Always allow' }).count()).toBe(0);
  await second?.getByRole('button', { name: 'Say why not' }).click();
  await page.keyboard.type('Not on a Friday.');
  await page.keyboard.press('Enter');
  await expect
    .poll(() => answers)
    .toEqual([`${CHAT_ID} r1 allow always`, `${CHAT_ID} r2 deny Not on a Friday.`]);
});

it('whoever is away is told that an agent waits: by title and icon of the tab, and a notification', async () => {
  const { page, tell } = await open({}, async (opened) => {
    await opened.context().addInitScript(() => {
      class Notification {
        static permission = 'default';
        static told: string[] = [];
        static requestPermission = async () => (Notification.permission = 'granted');
        constructor(title: string) {
          Notification.told.push(title);
        }
      }
      Object.assign(globalThis, { Notification });
      Object.defineProperty(document, 'hidden', { get: () => true });
    });
  });
  const iconOf = () => page.locator('link[rel="icon"]').getAttribute('href');
  const plain = await iconOf();
  await page.getByRole('button', { name: 'Notify me' }).click();
  await page.getByRole('button', { name: 'Notify me' }).waitFor({ state: 'detached' });

  await page.evaluate(() => (globalThis.requestAnimationFrame = () => 0)); // as of a tab that nobody sees
  tell({ type: 'chat.updated', payload: { chat: { ...CHAT, awaitingInput: true } } as never });
  await expect.poll(() => page.title()).toBe('(1) waits for you · Replicas engine');
  expect(await page.evaluate(() => Reflect.get(Notification, 'told'))).toEqual(['app waits for you']);
  expect(await iconOf()).toContain('f59e0b');

  tell({ type: 'chat.updated', payload: { chat: { ...CHAT, awaitingInput: false } } as never });
  await expect.poll(() => page.title()).toBe('Replicas engine');
  expect(await iconOf()).toBe(plain);
});

it('goes on where a browser has notifications but makes none for a page', async () => {
  const { page, tell, troubles } = await open({}, async (opened) => {
    await opened.addInitScript(() => {
      class Notification {
        static permission = 'granted';
        constructor() {
          throw new TypeError('Illegal constructor');
        }
      }
      Object.assign(globalThis, { Notification });
      Object.defineProperty(document, 'hidden', { get: () => true });
    });
  });

  tell({ type: 'chat.updated', payload: { chat: { ...CHAT, awaitingInput: true } } as never });
  await page.locator('.chat-button', { hasText: 'asks you' }).waitFor();

  expect(await page.title()).toBe('(1) waits for you · Replicas engine');
  expect(troubles).toEqual([]);
});

it('what is being written outlives a reload, and what was said is had again by the arrows', async () => {
  const { page } = await open({ history: ['First', 'Second'].map(said) });
  const box = page.getByRole('textbox', { name: 'Message' });
  await page.locator('.said.user', { hasText: 'Second' }).waitFor();
  for (const [key, text] of [
    ['ArrowUp', 'Second'],
    ['ArrowUp', 'First'],
    ['ArrowDown', 'Second'],
    ['ArrowDown', ''],
  ] as const) {
    await box.press(key);
    await expect.poll(() => box.inputValue()).toBe(text);
  }

  await box.fill('Half a thought');
  await page.reload();
  await expect.poll(() => box.inputValue()).toBe('Half a thought');
  await page.getByRole('button', { name: 'Lock' }).click();
  await unlock(page);
  expect(await box.inputValue()).toBe('');
});

it('the place to write grows with what is written, up to a part of the page', async () => {
  const { page } = await open({});
  const box = page.getByRole('textbox', { name: 'Message' });
  const heightOf = () => box.evaluate((field: HTMLElement) => field.offsetHeight);
  expect(await heightOf()).toBe(34);

  await box.fill('one\ntwo\nthree');
  expect(await heightOf()).toBeGreaterThan(60);
  await box.fill('line\n'.repeat(100));
  expect(await heightOf()).toBe(140);
});

it('pictures are added by a button as well, for who has nothing to drop', async () => {
  const { page, sent } = await open({});
  await page
    .getByLabel('Images')
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('x') });
  await page.getByRole('button', { name: '1 image' }).waitFor();

  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect.poll(() => sent).toEqual([', base64']);
});

it('questions are answered by choices and in own words, a plan is changed or refused, a budget raised or left', async () => {
  const asked = { openedAt: AT, expiresAt: AT };
  const options = [{ label: 'Red', description: 'Warm.' }, { label: 'Blue' }];
  const question = { id: 'colours', question: 'Which colours?', multiSelect: true, options };
  const plan = { kind: 'plan', tool: 'ExitPlanMode', input: {}, plan: '# Step by step' } as const;
  const budget = { budget: { turns: 2 }, used: { usd: 0, tokens: 0, turns: 2 } };
  const { page, answers } = await open({
    requests: [
      { ...asked, id: 'r1', kind: 'question', tool: 'AskUserQuestion', input: {}, questions: [question] },
      { ...asked, ...plan, id: 'r2' },
      { ...asked, ...plan, id: 'r3' },
      { ...asked, ...budget, id: 'r4', kind: 'budget', scope: 'chat' },
      { ...asked, ...budget, id: 'r5', kind: 'budget', scope: 'chat' },
    ],
  });
  const cards = page.locator('.requests > ul > li');

  await cards.nth(0).getByLabel('Red').check();
  await cards.nth(0).getByLabel('Blue').check();
  await cards.nth(0).getByLabel('In your own words').fill('a little green');
  await cards.nth(0).getByRole('button', { name: 'Answer' }).click();
  await cards.nth(1).getByRole('heading', { name: 'Step by step' }).waitFor();
  await cards.nth(1).getByRole('button', { name: 'Change' }).click();
  await page.keyboard.type('Begin with tests.');
  await cards.nth(1).getByRole('button', { name: 'Request the change' }).click();
  await cards.nth(2).getByRole('button', { name: 'Refuse' }).click();
  await cards.nth(3).getByRole('button', { name: 'Raise' }).click();
  await cards.nth(4).getByRole('button', { name: 'Stop' }).click();

  await expect
    .poll(() => answers)
    .toEqual([
      `${CHAT_ID} r1 allow {"colours":"Red, Blue, a little green"}`,
      `${CHAT_ID} r2 deny Begin with tests.`,
      `${CHAT_ID} r3 deny`,
      `${CHAT_ID} r4 allow`,
      `${CHAT_ID} r5 deny`,
    ]);
});

it('a line tells what the agent does and what it used; a list, which chats ask or have news', async () => {
  const usage = {
    inputTokens: 1_200,
    outputTokens: 34,
    contextTokens: 50,
    contextWindow: 100,
    costUsd: 0.25,
  };
  const { page, tell } = await open({ history: tool('Bash', { command: 'npm test' }).slice(0, 1) });
  const line = page.locator('.state-line');
  await line.getByText('Bash npm test').waitFor();

  tell({ type: 'chat.turn.started', payload: { chatId: CHAT_ID, messageId: 'm' } as never });
  await line.getByText(/^Thinking · /).waitFor();
  const [call] = tool('Bash', { command: 'npm run lint' });
  tell({ type: 'chat.turn.delta', payload: { chatId: CHAT_ID, messageId: 'm', event: call } as never });
  tell({ type: 'chat.updated', payload: { chat: { ...CHAT, usage } } as never });
  await line.getByText(/^Bash npm run lint · .+ · 1,234 tokens · context 50 % · \$0\.25$/).waitFor();
  tell({ type: 'chat.updated', payload: { chat: { ...CHAT, awaitingInput: true } } as never });
  await line.getByText('Waits for your answer').waitFor();
  await page.locator('.chat-button', { hasText: 'asks you' }).waitFor();

  const another = { ...CHAT, id: 'another-chat', title: 'Another', processing: false, state: 'idle' };
  const updatedAt = '2026-01-02T00:00:00.000Z';
  tell({ type: 'chat.updated', payload: { chat: { ...another, updatedAt } } as never });
  await page.locator('.chat-button.unread', { hasText: 'new' }).click();
  await page.getByRole('heading', { name: 'Another' }).waitFor();
  await page.locator('.chat-button.unread').waitFor({ state: 'detached' });
  await page.locator('.chat-button', { hasText: 'app' }).click();
  await page.getByRole('heading', { name: 'app', exact: true }).waitFor();
  expect(await page.locator('.chat-button.unread').count()).toBe(0);
});

it('the end is followed as it grows, unless the reader went up; thinking is folded, and a text can be copied', async () => {
  const thought = { message: { content: [{ type: 'thinking', thinking: 'It is *hard*.' }] } };
  const lines = Array.from({ length: 80 }, (_, index) => said(`Line ${index}`));
  const { page, tell } = await open({ history: [...lines, event('claude-assistant', thought)] });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const say = (text: string) => {
    const content = [{ type: 'text', text }];
    const payload = {
      chatId: CHAT_ID,
      messageId: 'm',
      event: event('claude-assistant', { message: { content } }),
    };
    tell({ type: 'chat.turn.delta', payload: payload as never });
  };
  const bottomOf = () =>
    page
      .locator('.conversation')
      .evaluate(({ scrollHeight, scrollTop, clientHeight }) =>
        Math.round(scrollHeight - scrollTop - clientHeight),
      );
  await page.locator('.said.thinking em').waitFor({ state: 'detached' });
  await page.locator('.said.thinking summary').click();
  await page.locator('.said.thinking em', { hasText: 'hard' }).waitFor();

  say('One more');
  await page.getByText('One more').waitFor();
  await expect.poll(bottomOf).toBeLessThan(2);
  await page.locator('.said.text').hover();
  await page.locator('.said.text').getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('One more');
  await page.locator('.said.text time').waitFor();

  await page.locator('.conversation').press('Home');
  await page.getByText('Line 0', { exact: true }).waitFor();
  say('Unseen');
  await page.getByRole('button', { name: 'To the end' }).waitFor();
  expect(await page.getByText('Unseen').count()).toBe(0);
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.getByText('Unseen').waitFor();
});

it('no text is offered to be copied where the browser has no clipboard, as over http', async () => {
  const { page } = await open({ history: [said('First')] }, async (opened) => {
    await opened.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'clipboard'));
  });
  await page.locator('.said.user time').waitFor({ state: 'attached' });

  expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0);
});

it('logins and the shared log are told in words, a login is refreshed, a preview leads to its page', async () => {
  const lag = { events: 1_200, bytes: 1, ms: 1 };
  const mirror = {
    state: 'away',
    reason: 'connection refused',
    owner: 'me',
    epoch: 1,
    copiedId: null,
    lag,
  } as const;
  const preview = {
    port: 3000,
    publicUrl: 'https://3000.example.org/',
    createdAt: AT,
    pid: 1,
    command: 'vite',
  };
  const { page, answers } = await open({ mirror, previews: [{ ...preview, chatId: null }] });
  await page.getByRole('tab', { name: 'Credentials' }).click();
  const codex = page.locator('.credentials li', { hasText: 'Codex' });
  await codex.getByText('Refused: a new login is needed.').waitFor();
  await page.getByText('It cannot be reached; what happens is kept here until it can.').waitFor();
  await page.getByText('1,200 events still to be copied').waitFor();
  await codex.getByRole('button', { name: 'Refresh now' }).click();
  await expect.poll(() => answers).toEqual(['refresh codex']);

  await page.getByRole('tab', { name: 'Plans and previews' }).click();
  expect(await page.getByRole('link', { name: '3000 vite' }).getAttribute('href')).toBe(preview.publicUrl);
});

it('a script that is tried while the engine stops is not said to run for ever', async () => {
  const { page } = await open({});
  const started = `data: ${JSON.stringify({ type: 'started', startedAt: AT })}\n\n`;
  await page.route('**/hooks/test', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: started }),
  );
  await page.getByRole('tab', { name: 'Boot and hooks' }).click();
  await page.getByRole('textbox', { name: 'Script' }).fill('sleep 1000');
  await page.getByRole('button', { name: 'Try it' }).click();

  await page.getByRole('status').getByText('The engine stopped before the script had ended.').waitFor();
});

it('events are found by a word and unfolded', async () => {
  const { page, tell } = await open({});
  await page.getByRole('button', { name: 'Machines' }).click();
  await page.getByRole('tab', { name: 'Events' }).click();
  tell({ type: 'chat.updated', payload: { chat: { ...CHAT, title: 'Renamed' } } as never });
  tell({ type: 'preview.changed', payload: { previews: [] } });
  await page.locator('.event-type', { hasText: 'preview.changed' }).waitFor();

  await page.getByRole('searchbox', { name: 'Filter the events' }).fill('renamed');
  await expect.poll(() => page.locator('.event-type').allTextContents()).toEqual(['chat.updated']);
  const row = page.locator('.log summary');
  expect(await row.evaluate((element) => element.getBoundingClientRect().height)).toBeLessThan(30);
  await row.click();
  await page.locator('.log pre', { hasText: '"title": "Renamed"' }).waitFor();
});

it('both halves stand side by side, divided as they were before a reload', async () => {
  const { page } = await open({});
  const splitter = page.getByRole('separator', { name: 'Width of the work' });
  const shareOf = async () => {
    const { width = 0 } = (await page.locator('.dock').boundingBox()) ?? {};
    return Math.round((100 * width) / 1440);
  };
  await page.getByRole('button', { name: 'Both' }).click();
  await splitter.press('ArrowRight');
  await expect.poll(shareOf).toBe(52);

  await page.reload();
  await expect.poll(() => splitter.getAttribute('aria-valuenow')).toBe('52');
  await expect.poll(shareOf).toBe(52);
});

const CHAT = {
  id: CHAT_ID,
  provider: 'claude',
  title: 'app',
  createdAt: AT,
  updatedAt: AT,
  processing: true,
  parentChatId: null,
  state: 'running',
};

const OWN_COMMAND =
  '<command-name>/context</command-name>\n<command-message>context</command-message>\n<command-args>all</command-args>';

/** A call of a tool with its result. */
function tool(
  name: string,
  input: object,
  { text = 'Done.', told, ...fields }: { text?: string; told?: object; is_error?: boolean } = {},
): AgentEvent[] {
  const id = `${name} ${JSON.stringify(input)}`;
  const result = { type: 'tool_result', tool_use_id: id, content: text, ...fields };
  return [
    event('claude-assistant', { message: { content: [{ type: 'tool_use', id, name, input }] } }),
    event('claude-user', { message: { content: [result] }, ...(told && { tool_use_result: told }) }),
  ];
}

function said(text: string): AgentEvent {
  return event('claude-user', { message: { content: text } });
}

function event(type: string, payload: AgentEvent['payload']): AgentEvent {
  return { timestamp: AT, type, payload };
}

function open(shown: Partial<Shown>, prepare?: (page: Page) => Promise<void>): Promise<Opened> {
  return openInspector(browser(), shown, prepare);
}
