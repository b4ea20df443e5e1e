import { Readable } from 'node:stream';
import type { H3 } from 'h3';
import type { Engine } from '../../src/server/engine.ts';
import { createLog, type Log } from '../../src/log.ts';
import { createApp } from '../../src/server/app.ts';

export const SECRET = 's3cret';

export interface TestApp {
  app: H3;
  log: Log;
  /** What was logged so far. */
  lines: Record<string, unknown>[];
  /** Sends a request with the secret. */
  request: (path: string, options?: RequestOptions) => Promise<Response>;
}

type Commands = Pick<Engine, 'chats' | 'messages' | 'tasks' | 'offers' | 'hooks'>;

type EngineParts = { [Name in keyof Commands]?: Partial<Commands[Name]> } & Partial<
  Omit<Engine, keyof Commands>
>;

/** An app around an engine of which only the given parts answer. */
export function startApp(parts: EngineParts = {}): TestApp {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    level: 'debug',
    secrets: [SECRET],
    output: { write: (line) => lines.push(JSON.parse(line)) },
  });
  const app = createApp({ engine: fakeEngine(parts), secret: SECRET, log });
  const request = async (path: string, { method = 'GET', headers = {}, body }: RequestOptions = {}) =>
    app.request(path, {
      method,
      headers: { 'x-replicas-engine-secret': SECRET, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  return { app, log, lines, request };
}

interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown;
}

/** An engine that fails loudly where a test did not say what it answers. */
export function fakeEngine(given: EngineParts = {}): Engine {
  const { chats, messages, tasks, offers, hooks, ...parts } = given;
  return {
    version: '1.2.3',
    health: () => ({
      status: 'ok',
      version: '1.2.3',
      boot: { state: 'ready', since: '2026-01-01T00:00:00.000Z' },
    }),
    status: unexpected('status'),
    events: { open: async () => Readable.from(['id: 1\n\n']) },
    repos: { list: unexpected('repos.list') },
    files: { find: unexpected('files.find') },
    machines: { list: () => [], read: unexpected('machines.read') },
    inspector: { page: () => ({ body: '', headers: {} }), asset: () => ({ body: '', headers: {} }) },
    actors: { list: () => [], follow: () => Readable.from([]) },
    plans: { list: unexpected('plans.list'), get: unexpected('plans.get') },
    environment: unexpected('environment'),
    usage: unexpected('usage'),
    setBudget: unexpected('setBudget'),
    move: unexpected('move'),
    previews: { list: unexpected('previews.list') },
    canvas: { list: unexpected('canvas.list'), get: unexpected('canvas.get') },
    credentials: {
      health: () => unanswered('credentials.health'),
      refresh: unexpected('credentials.refresh'),
    },
    metrics: { read: unexpected('metrics.read') },
    hooks: {
      status: unexpected('hooks.status'),
      logs: unexpected('hooks.logs'),
      run: unexpected('hooks.run'),
      test: unexpected('hooks.test'),
      ...hooks,
    },
    chats: {
      list: unexpected('chats.list'),
      get: unexpected('chats.get'),
      create: unexpected('chats.create'),
      update: unexpected('chats.update'),
      remove: unexpected('chats.remove'),
      requests: unexpected('chats.requests'),
      answer: unexpected('chats.answer'),
      history: unexpected('chats.history'),
      search: unexpected('chats.search'),
      ...chats,
    },
    messages: {
      send: unexpected('messages.send'),
      steer: unexpected('messages.steer'),
      interrupt: unexpected('messages.interrupt'),
      queue: unexpected('messages.queue'),
      withdraw: unexpected('messages.withdraw'),
      clearQueue: unexpected('messages.clearQueue'),
      reorder: unexpected('messages.reorder'),
      ...messages,
    },
    tasks: { list: unexpected('tasks.list'), stop: unexpected('tasks.stop'), ...tasks },
    offers: {
      commands: unexpected('offers.commands'),
      models: unexpected('offers.models'),
      mcp: unexpected('offers.mcp'),
      ...offers,
    },
    ...parts,
  };
}

function unanswered(name: string): never {
  throw new Error(`${name} was called`);
}

function unexpected(name: string) {
  return () => Promise.reject(new Error(`${name} was called`));
}
