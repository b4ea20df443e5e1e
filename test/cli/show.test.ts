import { describe, expect, it } from 'vitest';
import type { EngineClient } from '../../src/client/client.ts';
import { listCanvas } from '../../src/cli/show-canvas.ts';
import { showPreviews } from '../../src/cli/show-previews.ts';
import { showSearch } from '../../src/cli/show-search.ts';
import { showHooks, showStatus } from '../../src/cli/show-status.ts';
import { showTasks } from '../../src/cli/show-tasks.ts';
import { showUsage } from '../../src/cli/show-usage.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { openTestTerminal } from './stand-in.ts';

const COMMAND = {
  command: 'npm ci',
  status: 'failed',
  exitCode: 1,
  signal: null,
  durationMs: 400,
  startedAt: null,
};
const HOOK = { repoName: 'app', kind: 'start', status: 'failed', commands: [COMMAND] };

/** An engine in which there is nothing, but for one hook that failed. */
function createClient(output = ''): EngineClient {
  const client = {
    canvas: async () => [],
    previews: async () => [],
    hooks: { status: async () => ({ state: 'failed', hooks: [{ ...HOOK, output }] }) },
    chats: {
      list: async () => ({
        chats: [{ id: 'chat-1', title: 'Look', provider: 'claude', createdAt: '', updatedAt: '' }],
        lastEventId: '',
      }),
      tasks: async () => [],
      search: async () => ({ results: [], truncated: false }),
    },
  };
  return client as unknown as EngineClient;
}

type View = (terminal: Terminal, json: boolean) => Promise<number>;

const client = createClient();
const VIEWS: [string, View, string][] = [
  ['canvas', (terminal, json) => listCanvas(terminal, { client, json }), 'The canvas is empty.'],
  [
    'previews',
    (terminal, json) => showPreviews(terminal, { client, json }),
    'No process of the workspace listens on a port.',
  ],
  [
    'tasks',
    (terminal, json) => showTasks(terminal, { client, json }),
    'Nothing runs in the background of the chat "Look".',
  ],
  [
    'search',
    (terminal, json) => showSearch(terminal, { client, words: 'login', limit: 1, json }),
    'Nobody said "login" in a chat.',
  ],
];

describe('where there is nothing', () => {
  it.each(VIEWS)('%s says so beside its empty result', async (_, view, complaint) => {
    const terminal = openTestTerminal();
    await view(terminal, false);
    expect([terminal.printed(), terminal.complained()]).toEqual(['', `${complaint}\n`]);
  });

  it.each(VIEWS)('%s as JSON says nothing else', async (_, view) => {
    const terminal = openTestTerminal();
    await view(terminal, true);
    expect(terminal.complained()).toBe('');
  });
});

const NAME = 'it clears\u001B[2J';
const FAILURE = { code: 'x', message: NAME };

/** An engine in which everything is called so. */
function createHostileClient(): EngineClient {
  const chat = { id: 'c', chatId: 'c', provider: 'claude', title: NAME, state: 'errored', usage: {} };
  const chats = [{ ...chat, createdAt: '', updatedAt: '', lastError: FAILURE }];
  const repos = [{ name: NAME, currentBranch: 'main', gitDiff: null, error: FAILURE }];
  const hook = { ...HOOK, repoName: NAME, output: '' };
  const hooks = [
    { ...hook, commands: [{ ...COMMAND, command: NAME }] },
    { ...hook, commands: [], error: FAILURE },
  ];
  const client = {
    status: async () => ({ version: '1', boot: { state: 'ready' }, uptimeSeconds: 1 }),
    repos: async () => ({ repos }),
    usage: async () => ({ usage: {}, providers: {}, chats }),
    hooks: { status: async () => ({ state: 'failed', hooks }) },
    chats: {
      list: async () => ({ chats, lastEventId: '' }),
      tasks: async () => [],
      search: async () => ({ results: [{ ...chat, eventIndex: 1, kind: 'text', excerpt: NAME }] }),
    },
  };
  return client as unknown as EngineClient;
}

it.each<[string, (terminal: Terminal, shown: { client: EngineClient; json: boolean }) => Promise<number>]>([
  ['status', showStatus],
  ['usage', showUsage],
  ['tasks', showTasks],
  ['hooks status', showHooks],
  ['search', (terminal, shown) => showSearch(terminal, { ...shown, words: 'clears', limit: 1 })],
])('%s shows the controls in names and messages, and the terminal does not obey them', async (_, view) => {
  const terminal = openTestTerminal();
  await view(terminal, { client: createHostileClient(), json: false });
  const shown = terminal.printed() + terminal.complained();

  expect(shown).toContain('it clears␛[2J');
  expect(shown).not.toContain('\u001B');
});

it('a hook that failed is shown with the last lines it printed, without their colours', async () => {
  const terminal = openTestTerminal();
  const output = `${Array.from({ length: 12 }, (_, line) => `line ${line}`).join('\n')}\n\u001B[31mno network\u001B[0m\n`;

  expect(await showHooks(terminal, { client: createClient(output), json: false })).toBe(1);

  expect(terminal.printed()).toBe(
    [
      'Hooks: failed',
      '  app  start  failed (1)  0.4 s  npm ci',
      '',
      'The end of what the start hook of app printed:',
      ...Array.from({ length: 9 }, (_, line) => `  line ${line + 3}`),
      '  no network',
      '',
    ].join('\n'),
  );
});
