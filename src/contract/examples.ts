/** What values look like in the examples of the interface's description: one place for all of them. */

const AT = '2026-01-01T12:00:00.000Z';
const LATER = '2026-01-01T12:10:00.000Z';
const UUID = '7b0f5c1e-2a64-4d3b-9e0a-1c5d8f7e6a90';
export const EVENT_ID = '000000000042-5f0c2a91';
const PULL_REQUEST = 'https://github.com/acme/shop/pull/7';

const USAGE = {
  inputTokens: 1_200,
  outputTokens: 340,
  cacheReadTokens: 15_000,
  costUsd: 0.0421,
  contextTokens: 16_540,
  contextWindow: 200_000,
};
const USAGE_TOTAL = { ...USAGE, turns: 3, durationMs: 42_000 };
const COUNTERS = {
  uptimeSeconds: 3_600,
  hasActiveSSHSessions: false,
  activeSseClients: 1,
  chatsTotal: 2,
  chatsProcessing: 1,
  reposTotal: 1,
  hooksRunning: false,
};
const LOGIN = {
  state: 'fresh',
  source: 'oauth',
  lastSuccessAt: AT,
  lastAttemptAt: AT,
  nextAttemptAt: LATER,
  expiresAt: LATER,
  consecutiveFailures: 0,
  lastError: null,
};
const TASK = { id: 'b1', kind: 'shell', title: 'npm run dev', state: 'running', startedAt: AT };
const HOOK_COMMAND = {
  command: 'npm ci',
  status: 'succeeded',
  exitCode: 0,
  signal: null,
  durationMs: 8_400,
  startedAt: AT,
};

/** By the name of the schema; what is not here is made of its fields. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  ActorList: {
    actors: [
      {
        path: 'engine.boot',
        id: 'boot',
        parent: 'engine',
        children: [],
        machine: 'boot',
        status: 'active',
        states: ['runningHooks'],
        context: {},
      },
    ],
  },
  AgentEvent: {
    timestamp: AT,
    type: 'claude-assistant',
    payload: {
      message: { role: 'assistant', content: [{ type: 'text', text: 'I will look at the login.' }] },
    },
  },
  AgentRequest: {
    id: 'r-1',
    kind: 'permission',
    tool: 'Bash',
    input: { command: 'npm publish' },
    openedAt: AT,
    expiresAt: LATER,
  },
  Boot: { state: 'ready', since: AT },
  Budget: { usd: 20 },
  CredentialHealth: LOGIN,
  EngineChatSummary: {
    id: UUID,
    provider: 'claude',
    title: 'Fix the login',
    createdAt: AT,
    updatedAt: AT,
    processing: false,
    parentChatId: null,
    state: 'idle',
    lastMessageText: 'Add a test for the login',
    usage: USAGE_TOTAL,
  },
  EngineRepoState: {
    name: 'shop',
    path: '/home/user/workspaces/shop',
    defaultBranch: 'main',
    currentBranch: 'fix-login',
    prUrls: [PULL_REQUEST],
    prUrl: PULL_REQUEST,
    prState: 'checked',
    gitDiff: { added: 12, removed: 3 },
    startHooksCompleted: true,
    provider: 'github',
  },
  EngineStatusSnapshot: COUNTERS,
  Failure: { code: 'agent_error', message: 'The model is overloaded.' },
  Health: { status: 'ok', version: '0.1.0', boot: { state: 'ready', since: AT } },
  HandOver: { state: 'handedOver', lastEventId: EVENT_ID, archivedAt: AT, omitted: 0 },
  Hook: {
    repoName: 'shop',
    hookName: 'shop',
    hookType: 'repository',
    kind: 'start',
    hookCommands: ['npm ci'],
    status: 'succeeded',
    exitCode: 0,
    timedOut: false,
    commands: [HOOK_COMMAND],
    output: 'added 312 packages\n',
    outputTruncated: false,
    outputTotalChars: 19,
    executedAt: AT,
  },
  InterruptReceipt: { interrupted: true, queue: ['m-2'], background: 'keep' },
  MachineList: {
    machines: [
      {
        name: 'boot',
        id: 'boot',
        states: 9,
        formats: {
          json: '/machines/boot',
          mermaid: '/machines/boot?format=mermaid',
          svg: '/machines/boot?format=svg',
        },
      },
    ],
  },
  McpServerList: {
    servers: [{ name: 'tracker', state: 'connected', tools: ['search'], error: null, loginNeeded: false }],
  },
  RefreshAccepted: { ...LOGIN, provider: 'claude', state: 'refreshing' },
  Status: {
    ...COUNTERS,
    version: '0.1.0',
    boot: { state: 'ready', since: AT },
    lastEventId: EVENT_ID,
  },
  Task: TASK,
  TaskView: { ...TASK, lastActivityAt: AT, outputTail: 'ready on http://localhost:5173\n' },
  TurnProgress: {
    kind: 'retrying',
    message: 'The model is overloaded. It is asked again in 5 s.',
    attempt: 1,
    attemptsMax: 10,
    until: LATER,
  },
  Usage: USAGE,
  UsageTotal: USAGE_TOTAL,
};

/** By the name of a field; `text`, `true` and the smallest number for all others. */
export const FIELD_EXAMPLES: Readonly<Record<string, unknown>> = {
  id: UUID,
  chatId: UUID,
  runId: UUID,
  requestId: 'r-1',
  messageId: 'm-1',
  threadId: UUID,
  lastEventId: EVENT_ID,
  oldestId: '000000000001-5f0c2a91',
  latestId: EVENT_ID,
  beforeCursor: null,
  hasMore: false,
  total: 1,
  position: 0,
  port: 5173,
  pid: 4242,
  publicUrl: 'https://5173-w1.preview.example.com',
  queued: false,
  completed: true,
  running: false,
  provider: 'claude',
  providers: ['claude'],
  codingAgent: 'claude',
  title: 'Fix the login',
  message: 'Add a test for the login',
  name: 'shop',
  repoName: 'shop',
  hookName: 'shop',
  path: '/home/user/workspaces/shop',
  defaultBranch: 'main',
  currentBranch: 'fix-login',
  filename: 'fix-the-login.md',
  mimeType: 'text/markdown',
  content: '# Fix the login\n',
  sizeBytes: 16,
  command: 'npm ci',
  description: 'Makes a plan first.',
  version: '0.1.0',
  openapi: '3.1.1',
  durationMs: 4_200,
};

export const FORMAT_EXAMPLES: Readonly<Record<string, string>> = { uuid: UUID, 'date-time': AT };

const RUN = { kind: 'start', runId: UUID };
const RUNNING = { running: true, completed: false, ...RUN };
const COMMAND = { repoName: 'shop', ...RUN, commandIndex: 0, command: 'npm ci' };

/** Payloads of events that one schema describes, though each of them looks otherwise. */
export const PAYLOAD_EXAMPLES: Readonly<Record<string, unknown>> = {
  'chat.interrupted': { chatId: UUID, interrupted: true, queue: [] },
  'hooks.started': RUNNING,
  'hooks.progress': {
    ...RUNNING,
    ...COMMAND,
    exitCode: 0,
    durationMs: 8_400,
    output: 'added 562 packages\n',
  },
  'hooks.completed': { running: false, completed: true, ...RUN },
  'hooks.failed': { running: false, completed: true, ...RUN },
  'hooks.status': { running: false, completed: true },
};
