import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { AgentEvent } from '../../src/contract/agent-event.ts';
import type { ChatSummary } from '../../src/contract/chats.ts';
import type { EngineEvent } from '../../src/contract/events.ts';
import type { Hook } from '../../src/contract/hooks.ts';
import type { Preview } from '../../src/contract/previews.ts';
import type { MirrorStatus } from '../../src/contract/status.ts';
import type { AgentRequest } from '../../src/contract/requests.ts';
import type { Engine } from '../../src/server/engine.ts';
import { EngineError } from '../../src/errors.ts';
import { InspectorPage } from '../../src/inspector/inspector-page.ts';
import { createLog } from '../../src/log.ts';
import { PACKAGE_FOLDER } from '../../src/environment/version.ts';
import { startListener } from '../../src/server/listen.ts';
import { fakeEngine, startApp } from './fake-engine.ts';

export const AT = '2026-01-01T00:00:00.000Z';
export const CHAT_ID = 'the-chat';

/** What a workspace holds that the page is to show. */
export interface Shown {
  /** In names, titles, reasons: wherever there is a word. */
  word: string;
  prUrls: string[];
  diff: string;
  hookLines: string[];
  history: AgentEvent[];
  requests: AgentRequest[];
  previews: Preview[];
  /** How the copy of the log is that outlives the machine; null when there is none. */
  mirror: MirrorStatus | null;
  /** HTML that an agent drew, by the names of its files. */
  drawn: Record<string, string>;
  /** Messages in the queue. */
  waiting: string[];
  /** For want of room on the disk. */
  refusesMessages: boolean;
  /** How often a drawing cannot be had before it can. */
  failingDrawings: number;
}

export interface ShownWorkspace {
  url: string;
  /** Adds an event to the stream. */
  tell: (event: Pick<EngineEvent, 'type' | 'payload'>) => void;
  /** Chats whose requests were answered, and how; credentials that were to be refreshed. */
  answers: string[];
  /** Messages that were taken, each with what was chosen for it. */
  sent: string[];
  /** How many streams are open. */
  streams: () => number;
}

/** A stand-in for an engine that serves the real page over HTTP; its workspace holds what the test says. */
export async function serveWorkspace(shown: Partial<Shown>): Promise<ShownWorkspace> {
  const all: Shown = {
    word: 'app',
    prUrls: [],
    diff: '',
    hookLines: [],
    history: [],
    requests: [],
    previews: [],
    mirror: null,
    drawn: {},
    waiting: [],
    refusesMessages: false,
    failingDrawings: 0,
    ...shown,
  };
  const streams = new Set<Readable>();
  const answers: string[] = [];
  const sent: string[] = [];
  let count = 1;
  const { app } = startApp(partsOf(all, { streams, answers, sent }));
  const log = createLog({ level: 'silent', secrets: [] });
  const listener = await startListener(app, { host: '127.0.0.1', port: 0, bodyMaxBytes: 1024 * 1024, log });
  onTestFinished(() => listener.close());
  const tell = (event: object) => {
    count += 1;
    const frame = { id: idOf(count), ts: AT, ...event } as EngineEvent;
    const text = `id: ${frame.id}\nevent: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`;
    for (const stream of streams) stream.push(text);
  };
  return { url: listener.url, tell, answers, sent, streams: () => streams.size };
}

interface Doing {
  streams: Set<Readable>;
  answers: string[];
  sent: string[];
}

function partsOf(shown: Shown, { streams, answers, sent }: Doing): Parameters<typeof fakeEngine>[0] {
  const { word, requests } = shown;
  const lastEventId = idOf(1);
  const chat = chatOf(shown);
  const inspector = new InspectorPage({ folder: PACKAGE_FOLDER });
  return {
    version: word,
    inspector,
    events: {
      open: async () => {
        const stream = endless(`id: ${lastEventId}\n\n`);
        streams.add(stream);
        stream.once('close', () => streams.delete(stream));
        return stream;
      },
    },
    status: async () => ({
      ...statusOf(word),
      version: word,
      lastEventId,
      ...(shown.mirror && { mirror: shown.mirror }),
    }),
    repos: { list: async () => ({ repos: [repoOf(shown)], lastEventId }) },
    plans: { list: async () => [], get: unused },
    previews: { list: async () => shown.previews },
    canvas: {
      list: async () => Object.keys(shown.drawn).map((filename) => itemOf(filename)),
      get: async (filename) => ({
        ...itemOf(filename),
        mimeType: 'text/html',
        content: shown.drawn[filename] ?? '',
      }),
    },
    machines: {
      list: () => [],
      read: async () => {
        shown.failingDrawings -= 1;
        if (shown.failingDrawings >= 0) throw new EngineError('SHUTTING_DOWN');
        return '<svg xmlns="http://www.w3.org/2000/svg"/>';
      },
    },
    actors: { list: () => [], follow: () => endless(actorFrameOf(word)) },
    credentials: {
      health: () => healthOf(word),
      refresh: async (provider) => {
        answers.push(`refresh ${provider}`);
        return { ...healthOf(word).providers[provider], provider };
      },
    },
    hooks: {
      status: async () => ({ running: false, completed: true, state: 'failed', hooks: [hookOf(word)] }),
      logs: async ({ follow }) =>
        follow
          ? endless(shown.hookLines.map((line) => `event: line\ndata: ${line}\n\n`).join(''))
          : Readable.from(shown.hookLines.map((line) => `${line}\n`)),
      run: unused,
    },
    chats: {
      list: async () => ({ chats: [chat, { ...chat, id: 'another-chat', title: 'Another' }], lastEventId }),
      requests: async (chatId) => (chatId === CHAT_ID ? requests : []),
      answer: async (chatId, requestId, { decision, always, message, answers: given, plan }) => {
        const told = [always && 'always', message, given && JSON.stringify(given), plan];
        answers.push([chatId, requestId, decision, ...told].filter(Boolean).join(' '));
      },
      history: async (chatId) => ({
        threadId: null,
        codingAgent: 'claude',
        eventsJson: JSON.stringify(chatId === CHAT_ID ? shown.history : []),
        total: 0,
        hasMore: false,
        beforeCursor: null,
        senders: [],
        endedTurns: [],
        lastEventId,
      }),
    },
    messages: {
      send: async (_chatId, { message, messageId = '', images = [], goalMode, fastMode, ...settings }) => {
        if (shown.refusesMessages) throw new EngineError('STORAGE_FULL');
        const { planMode, thinkingLevel, model } = settings;
        const modes = [planMode && 'plan', goalMode && 'goal', fastMode && 'fast', thinkingLevel, model];
        const chosen = [...modes, ...images.map(({ source }) => source.type)];
        sent.push([message, ...chosen.filter(Boolean)].join(', '));
        return { messageId, queued: false, position: 0 };
      },
      steer: async (_chatId, { message, messageId = '' }) => {
        sent.push(`${message}, steered`);
        return { messageId, queued: false, position: 0 };
      },
      queue: async (chatId) => ({
        chatId,
        processing: true,
        queue: shown.waiting.map((message, index) => ({ id: `w${index}`, message, queuedAt: AT })),
      }),
      interrupt: async () => ({ interrupted: true, queue: [], background: 'keep' }),
    },
    tasks: { list: async () => [] },
  };
}

function idOf(number: number): string {
  return `${String(number).padStart(12, '0')}-aaaaaaaa`;
}

/** Says something, then nothing for ever. */
function endless(text: string): Readable {
  const stream = new Readable({ read: () => {} });
  stream.push(text === '' ? ':\n\n' : text);
  return stream;
}

async function unused(): Promise<never> {
  throw new Error('was called');
}

function chatOf({ word, requests }: Shown): ChatSummary {
  return {
    id: CHAT_ID,
    provider: 'claude',
    title: word,
    createdAt: AT,
    updatedAt: AT,
    processing: true,
    parentChatId: null,
    state: 'running',
    awaitingInput: requests.length > 0,
    lastMessageText: word,
    lastError: { code: 'x', message: word },
  };
}

function itemOf(filename: string) {
  return { filename, kind: 'html' as const, sizeBytes: 1, updatedAt: AT };
}

function statusOf(word: string) {
  return {
    uptimeSeconds: 1,
    hasActiveSSHSessions: false,
    activeSseClients: 1,
    chatsTotal: 2,
    chatsProcessing: 1,
    reposTotal: 1,
    hooksRunning: false,
    boot: { state: 'ready', since: AT, reason: word } as const,
  };
}

function repoOf({ word, prUrls, diff }: Shown) {
  return {
    name: word,
    path: word,
    defaultBranch: word,
    currentBranch: word,
    prUrls,
    prUrl: prUrls[0] ?? null,
    gitDiff: { added: 1, removed: 1, fullDiff: diff },
    startHooksCompleted: true,
  };
}

function hookOf(word: string): Hook {
  const command = { command: word, exitCode: 1, signal: null, durationMs: 1, startedAt: AT };
  return {
    repoName: word,
    hookName: word,
    hookType: 'repository',
    kind: 'start',
    hookCommands: [word],
    status: 'failed',
    exitCode: 1,
    timedOut: false,
    commands: [{ ...command, status: 'failed' }],
    output: word,
    outputTruncated: false,
    outputTotalChars: word.length,
    executedAt: AT,
    error: { code: 'x', message: word },
  };
}

function healthOf(word: string): ReturnType<Engine['credentials']['health']> {
  const health = {
    state: 'rejected',
    source: word,
    lastSuccessAt: null,
    lastAttemptAt: AT,
    nextAttemptAt: null,
    expiresAt: null,
    consecutiveFailures: 1,
    lastError: word,
  } as const;
  return { providers: { github: health, claude: health, codex: health } };
}

function actorFrameOf(word: string): string {
  const actor = { status: 'active', states: [word], context: { word, [word]: [word] } };
  const actors = [
    { ...actor, path: 'engine', id: 'engine', parent: null, children: ['engine/x'], machine: 'engine' },
    { ...actor, path: 'engine/x', id: word, parent: 'engine', children: [], machine: null },
  ];
  const steps = [{ at: AT, actor: 'engine', event: word, transitions: [word], states: [word], count: 1 }];
  return `event: snapshot\ndata: ${JSON.stringify({ actors, gone: [], steps, dropped: 0 })}\n\n`;
}
