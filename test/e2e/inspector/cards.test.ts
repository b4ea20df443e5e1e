import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { findBarriers, launchBrowser, openPage } from '../../support/browser.ts';
import { INSTALLING_MS } from '../../support/debian-package.ts';
import { SECRET } from '../../support/fake-engine.ts';
import {
  AT,
  CHAT_ID,
  serveWorkspace,
  type Shown,
  type ShownWorkspace,
} from '../../support/shown-workspace.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, INSTALLING_MS);
afterAll(() => browser.close());

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
  expect(await cards.nth(3).locator('dt, dd').allTextContents()).toEqual([
    'pattern',
    'TODO',
    'output mode',
    'content',
  ]);
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

  tell({ type: 'chat.updated', payload: { chat: { ...CHAT, awaitingInput: true } } as never });
  await expect.poll(() => page.title()).toBe('(1) waits for you · Replicas engine');
  expect(await page.evaluate(() => Reflect.get(Notification, 'told'))).toEqual(['app waits for you']);
  expect(await iconOf()).toContain('f59e0b');

  tell({ type: 'chat.updated', payload: { chat: { ...CHAT, awaitingInput: false } } as never });
  await expect.poll(() => page.title()).toBe('Replicas engine');
  expect(await iconOf()).toBe(plain);
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
  await enter(page);
  expect(await box.inputValue()).toBe('');
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

type Opened = ShownWorkspace & { page: Page; troubles: string[] };

async function open(shown: Partial<Shown>, prepare?: (page: Page) => Promise<void>): Promise<Opened> {
  const workspace = await serveWorkspace(shown);
  const { page, troubles } = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  onTestFinished(() => page.context().close());
  await prepare?.(page);
  await page.goto(`${workspace.url}/inspect`);
  await enter(page);
  return { ...workspace, page, troubles };
}

async function enter(page: Page): Promise<void> {
  await page.getByLabel('Secret').fill(SECRET);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.locator('.composer').waitFor();
}
