import pc from 'picocolors';
import { expect, it } from 'vitest';
import { toScreen } from '../../../src/cli/watch/board-view.ts';
import type { Board } from '../../../src/cli/watch/board.ts';
import type {
  ChatSummary,
  CredentialHealth,
  Hook,
  Status,
  WorkspaceState,
} from '../../../src/client/client.ts';

const TS = '2026-01-01T00:00:00.000Z';
const OPTIONS = { colors: pc.createColors(false), rows: 40, now: Date.parse(TS) + 5_000, trouble: '' };

const EMPTY: WorkspaceState = {
  version: '1.2.3',
  boot: { state: 'ready', since: TS },
  status: {} as Status,
  chats: [],
  requests: {},
  repos: [],
};

function chat(id: string, fields: Partial<ChatSummary> = {}): ChatSummary {
  const title = `Chat ${id}`;
  return {
    id,
    title,
    provider: 'claude',
    state: 'idle',
    processing: false,
    updatedAt: TS,
    ...fields,
  } as ChatSummary;
}

function board(workspace: Partial<WorkspaceState>, others: Partial<Board> = {}): Board {
  return {
    workspace: { ...EMPTY, ...workspace },
    chats: {},
    hooks: null,
    credentials: {},
    status: null,
    ...others,
  };
}

it('shows everything that goes on, and who is waited for first', () => {
  const hook = { repoName: 'app', kind: 'start', status: 'running' } as Hook;
  const commands = [{ command: 'npm ci', status: 'running' }] as Hook['commands'];
  const shown = board(
    {
      boot: {
        state: 'runningHooks',
        since: TS,
        waitingFor: { for: 'startHooks', message: 'Hooks run.', since: TS, until: null, skip: null },
      },
      chats: [
        chat('a'),
        chat('b', { processing: true, state: 'running' }),
        chat('c', { processing: true, state: 'running', awaitingInput: true }),
      ],
      requests: {
        c: [{ id: 'r', kind: 'permission', tool: 'Bash', input: { command: 'rm -r build' }, openedAt: TS }],
      },
      repos: [
        { name: 'app', currentBranch: 'login', gitDiff: { added: 3, removed: 1 }, prUrl: null } as never,
      ],
    },
    {
      chats: {
        b: {
          activity: { startedAt: TS, doing: 'Bash npm test' },
          queue: [{ id: 'm', message: 'and\nthen', queuedAt: TS }],
          tasks: [
            { id: 't', kind: 'shell', title: 'npm run dev', state: 'running', startedAt: TS },
            { id: 'u', kind: 'shell', title: 'over', state: 'completed', startedAt: TS, endedAt: TS },
          ],
        },
      },
      hooks: { running: true, completed: false, state: 'running', hooks: [{ ...hook, commands }] },
      credentials: {
        github: { state: 'absent' } as CredentialHealth,
        claude: { state: 'backingOff', lastError: 'No answer.' } as CredentialHealth,
      },
      status: {
        uptimeSeconds: 60,
        mirror: { state: 'behind', lag: { events: 3, bytes: 1, ms: 1 } },
      } as Status,
    },
  );

  expect(toScreen(shown, OPTIONS)).toEqual([
    'replicas-engine 1.2.3 · runningHooks · up 60 s · 3 chats, 2 working · 1 waiting for you · mirror behind, 3 events behind · q leaves',
    `Hooks run. Since ${TS}.`,
    '',
    'Chats',
    '  c  claude  Chat c  waits for you: permission Bash rm -r build',
    '  b  claude  Chat b  Bash npm test · 5 s',
    '  a  claude  Chat a  Ready',
    '',
    'Queue',
    '  Chat b  1.  and then',
    '',
    'Tasks',
    '  Chat b  shell  running  npm run dev',
    '',
    'Hooks',
    '  app  start  running  npm ci',
    '',
    'Repositories',
    '  app  login  +3 -1',
    '',
    'Logins',
    '  claude  backingOff  No answer.',
  ]);
});

it('fits on the screen, and says what is left out', () => {
  const chats = Array.from({ length: 20 }, (_, index) => chat(String(index)));
  const shown = board({
    chats,
    repos: chats.map(({ id }) => ({ name: id, currentBranch: '', gitDiff: null }) as never),
  });

  expect(toScreen(shown, { ...OPTIONS, rows: 30 }).slice(3, 28)).toEqual([
    ...chats.slice(0, 15).map(({ id, title }) => `  ${id.padEnd(2)}  claude  ${title.padEnd(7)}  Ready`),
    '  … 5 more',
    '',
    'Repositories',
    ...['0', '1', '2', '3', '4', '5'].map((name) => `  ${name}`),
    '  … 14 more',
  ]);
  expect(toScreen(shown, { ...OPTIONS, rows: 4 }).slice(2)).toEqual(['Chats', '… 16 lines more']);
});

it('says what is wrong, and that nothing is known yet', () => {
  const trouble = 'The engine cannot be reached. Trying again.';

  expect(toScreen(board({}), { ...OPTIONS, trouble })[1]).toBe(trouble);
  expect(toScreen({ ...board({}), workspace: null }, OPTIONS)).toEqual(['Reading…']);
  expect(toScreen({ ...board({}), workspace: null }, { ...OPTIONS, trouble })).toEqual([trouble]);
});

it('lets no title act on the terminal', () => {
  const shown = board({ chats: [chat('a', { title: '\u001B[2J' })] });

  expect(toScreen(shown, OPTIONS)[3]).toBe('  a  claude  ␛[2J  Ready');
});
