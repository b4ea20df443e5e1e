import { describe, expect, it } from 'vitest';
import type { EngineClient } from '../../src/client/client.ts';
import { listCanvas } from '../../src/cli/show-canvas.ts';
import { showPreviews } from '../../src/cli/show-previews.ts';
import { showSearch } from '../../src/cli/show-search.ts';
import { showHooks } from '../../src/cli/show-status.ts';
import { showTasks } from '../../src/cli/show-tasks.ts';
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
