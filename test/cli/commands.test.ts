import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectTo } from '../../src/cli/connect.ts';
import { explain, nameSecret } from '../../src/cli/exit-code.ts';
import { CliError } from '../../src/cli/terminal.ts';
import { send } from '../../src/cli/send.ts';
import { showStatus } from '../../src/cli/show-status.ts';
import { tail, toCursor, toEventTypes } from '../../src/cli/tail.ts';
import { createTestClient, frame, id, json, stream, type Reply } from '../client/stand-in.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { FRESH, FRESH_LOGINS } from '../support/fresh-login.ts';
import { openTestTerminal } from './stand-in.ts';

const TS = '2026-01-01T00:00:00.000Z';
const CHAT = {
  id: 'chat-1',
  provider: 'claude',
  title: 'Fix the login',
  createdAt: TS,
  updatedAt: TS,
  processing: false,
  parentChatId: null,
  state: 'idle',
};
const STATUS = {
  version: '1.2.3',
  boot: { state: 'ready', since: TS },
  uptimeSeconds: 7_500,
  hasActiveSSHSessions: false,
  activeSseClients: 0,
  chatsTotal: 1,
  chatsProcessing: 0,
  reposTotal: 1,
  hooksRunning: false,
  lastEventId: id(3),
};
const BOOTING = {
  state: 'initializing',
  since: TS,
  waitingFor: {
    for: 'cloudInit',
    message: 'Waiting for the log.',
    since: TS,
    until: '2026-01-01T00:10:00.000Z',
    skip: 'Touch it.',
  },
};
const REPO = {
  name: 'app',
  path: '/w/app',
  defaultBranch: 'main',
  currentBranch: 'login',
  prUrls: [],
  prUrl: null,
  gitDiff: { added: 3, removed: 1 },
  startHooksCompleted: true,
};

describe('status', () => {
  it('shows engine, chats and repositories', async () => {
    const terminal = openTestTerminal();

    const code = await showStatus(terminal, { client: workspace(), json: false });

    expect(code).toBe(0);
    expect(terminal.printed()).toBe(
      'Engine 1.2.3, ready, up 2 h 5 min\n' +
        '\nChats\n  chat-1  claude  idle  Fix the login\n' +
        '\nRepositories\n  app  login  +3 -1\n',
    );
  });

  it('says what boot waits for, since when, until when, and how to skip it', async () => {
    const terminal = openTestTerminal();

    await showStatus(terminal, { client: workspace({ ...STATUS, boot: BOOTING }), json: false });

    expect(terminal.printed()).toContain(
      `Engine 1.2.3, initializing, up 2 h 5 min\nWaiting for the log. Since ${TS}, until 2026-01-01T00:10:00.000Z.\nTouch it.\n\nChats\n`,
    );
  });

  it('gives the same as JSON', async () => {
    const terminal = openTestTerminal();

    await showStatus(terminal, { client: workspace(), json: true });

    expect(JSON.parse(terminal.printed())).toEqual({ status: STATUS, chats: [CHAT], repos: [REPO] });
  });
});

describe('send', () => {
  it('shows text once, streamed or whole, and tools in one line', async () => {
    const terminal = openTestTerminal();
    const events = stream([
      partial('I will '),
      partial('look.\nThen'),
      delta(4, assistant({ type: 'text', text: 'I will look.\nThen I say.' })),
      delta(5, assistant({ type: 'tool_use', id: 't', name: 'Bash', input: { command: 'npm test' } })),
      delta(6, toolResult('ok\nall good')),
      completed(7, 'completed'),
    ]);

    const code = await send(terminal, { ...command(events), message: { message: 'go' } });

    expect(code).toBe(0);
    expect(terminal.printed()).toBe('I will look.\nThen I say.\n● Bash npm test\n  ⎿ ok (2 lines)\n');
  });

  it('listens before it sends: what is being written is told only to those who do', async () => {
    const { arrivals, ...options } = command(stream([completed(4, 'completed')]));

    await send(openTestTerminal(), { ...options, message: { message: 'go' } });

    const asked = arrivals.map(({ method, path }) => `${method} ${path}`);
    expect(asked.findIndex((each) => each.startsWith('GET /events'))).toBeGreaterThan(-1);
    expect(asked.findIndex((each) => each.startsWith('GET /events'))).toBeLessThan(
      asked.indexOf('POST /chats/chat-1/messages'),
    );
  });

  it('shows what a sub-agent does, not what it is told and says: its answer is the result of a call', async () => {
    const terminal = openTestTerminal();
    const within = (event: { payload: object }) => ({
      ...event,
      payload: { ...event.payload, parent_tool_use_id: 't' },
    });
    const told = { timestamp: TS, type: 'claude-user', payload: { message: { content: 'Run an errand.' } } };
    const events = stream([
      delta(4, assistant({ type: 'tool_use', id: 't', name: 'Agent', input: { prompt: 'Run an errand.' } })),
      delta(5, within(told)),
      delta(6, within(assistant({ type: 'tool_use', id: 'u', name: 'Bash', input: { command: 'ls' } }))),
      delta(7, within(assistant({ type: 'text', text: 'It is run.' }))),
      delta(8, toolResult('It is run.')),
      delta(9, assistant({ type: 'text', text: 'Done.' })),
      completed(10, 'completed'),
    ]);

    await send(terminal, { ...command(events), message: { message: 'go' } });

    expect(terminal.printed()).toBe('● Agent Run an errand.\n● Bash ls\n  ⎿ It is run.\nDone.\n');
  });

  it.each([
    ['errored', 1],
    ['interrupted', 130],
    ['lost', 3],
  ])('exits when its turn ended %s with %i', async (outcome, code) => {
    const terminal = openTestTerminal();
    const events = stream([completed(4, outcome)]);

    expect(await send(terminal, { ...command(events), message: { message: 'go' } })).toBe(code);
    expect(terminal.complained()).toContain(outcome);
  });

  it.each<[string, Record<string, Reply>, string]>([
    [
      'the boot of the engine',
      { '/status': json({ ...STATUS, boot: BOOTING }) },
      `The message runs once the engine is ready. Waiting for the log. Since ${TS}, until 2026-01-01T00:10:00.000Z.\nTouch it.\n`,
    ],
    [
      'other messages',
      { '/chats/chat-1/messages': json({ messageId: 'm', queued: true, position: 2 }) },
      'It waits behind 2 messages.\n',
    ],
    [
      'a login',
      {
        '/token-refresh/health': json({
          providers: { ...FRESH_LOGINS.providers, claude: { ...FRESH, state: 'refreshing' } },
        }),
      },
      'It waits for a new login of claude.\n',
    ],
    [
      'a higher budget',
      {
        '/chats': json({ chats: [{ ...CHAT, awaitingInput: true }], lastEventId: id(3) }),
        '/chats/chat-1/requests': json({ requests: [{ id: 'r', kind: 'budget', openedAt: TS }] }),
      },
      'The agent waits for an answer (budget); give it with `replicas-engine chat`.\n',
    ],
  ])('says that the message waits for %s', async (_what, replies, complaint) => {
    const terminal = openTestTerminal();
    const events = stream([completed(4, 'completed')]);

    await send(terminal, { ...command(events, replies), message: { message: 'go' } });

    expect(terminal.complained()).toBe(complaint);
  });

  it('says what its turn waits for, and when the budget is used up', async () => {
    const terminal = openTestTerminal();
    const progress = { kind: 'retrying', message: 'The model is asked again in 5 s.' };
    const request = { id: 'r', kind: 'budget', openedAt: TS };
    const events = stream([
      frame(4, 'chat.turn.progress', { chatId: 'chat-1', messageId: 'm', progress }),
      frame(5, 'chat.request.opened', { chatId: 'chat-1', messageId: null, request }),
      completed(6, 'completed'),
    ]);

    await send(terminal, { ...command(events), message: { message: 'go' } });

    expect(terminal.complained()).toBe(
      'The model is asked again in 5 s.\nThe agent waits for an answer (budget); give it with `replicas-engine chat`.\n',
    );
  });

  it('exits with 4 when the message was dropped', async () => {
    const dropped = frame(4, 'chat.message.dropped', { chatId: 'chat-1', messageId: 'm', reason: 'cleared' });

    const code = await send(openTestTerminal(), {
      ...command(stream([dropped])),
      message: { message: 'go' },
    });

    expect(code).toBe(4);
  });

  it('again under its id shows how the turn went that it began, in the chat where it did', async () => {
    const terminal = openTestTerminal();
    const { client, arrivals } = knownMessage(CHAT, [accepted(5)]);

    const code = await send(terminal, { client, json: false, isNew: false, message: MESSAGE });

    expect(code).toBe(1);
    expect(terminal.printed()).toBe('I tried.\n');
    expect(arrivals.filter(({ method }) => method === 'POST').map(({ path }) => path)).toEqual([
      '/chats/chat-1/messages',
    ]);
    expect(arrivals.at(-1)?.headers.get('last-event-id')).toBe(id(5));
  });

  it('again under its id opens no second chat', async () => {
    const { client, arrivals } = knownMessage(CHAT, [accepted(5)]);

    await send(openTestTerminal(), { client, json: false, isNew: true, message: MESSAGE });

    const [opened] = arrivals.filter(({ method }) => method === 'POST');
    expect(opened).toMatchObject({ path: '/chats', body: { provider: 'claude', clientRequestId: 'm' } });
  });

  it('again under its id says so when what came of it is no longer kept', async () => {
    const { client } = knownMessage(CHAT, []);

    await expect(
      send(openTestTerminal(), { client, json: false, isNew: false, message: MESSAGE }),
    ).rejects.toThrow('The engine no longer has the events of this turn');
  });

  it('names the chats to choose from when there is none of that name', async () => {
    const { client } = createTestClient([json({ chats: [CHAT], lastEventId: id(3) })]);
    const options = { client, json: false, isNew: false, chatId: 'x', message: { message: 'go' } };

    await expect(send(openTestTerminal(), options)).rejects.toThrow(
      'There is no chat with id "x"; `replicas-engine status` lists them, `replicas-engine send --new` opens one.',
    );
  });
});

describe('tail', () => {
  it('prints what happened since an event and ends', async () => {
    const terminal = openTestTerminal();
    const { client } = createTestClient([
      json({ chats: [CHAT], lastEventId: id(3) }),
      stream([frame(2, 'chat.deleted', { chatId: 'a' }), completed(3, 'completed')], 'stays'),
    ]);

    await tail(terminal, { client, json: false, follow: false, partial: false, since: id(1) });

    expect(terminal.printed()).toBe(
      `${id(2)} 00:00:00.000 chat.deleted a\n${id(3)} 00:00:00.000 chat.turn.completed chat-1 m completed\n`,
    );
  });

  it.each([
    ['expired', `Event ${id(1)} is no longer kept; the oldest is ${id(4)}. --since start begins with it.`],
    ['unknown', `There is no event ${id(1)}; the oldest is ${id(4)}. --since start begins with it.`],
  ])('says what it can begin with where the log is when the event is %s', async (reason, message) => {
    const reset = frame(9, 'stream.reset', { reason, oldestId: id(4), latestId: id(9) });
    const { client } = createTestClient([json({ chats: [CHAT], lastEventId: id(9) }), stream([reset])]);

    await expect(tail(openTestTerminal(), { ...TAIL, client, since: id(1) })).rejects.toThrow(message);
  });

  it('begins with an event or with the start', () => {
    expect(toCursor('start')).toBe('start');
    expect(toCursor(id(1))).toBe(id(1));
    expect(() => toCursor('yesterday')).toThrow('"yesterday" is no id of an event');
  });

  it('of a chat takes the beginning of its id', async () => {
    const { client, arrivals } = createTestClient([
      json({ chats: [CHAT], lastEventId: id(3) }),
      stream([completed(3, 'completed')]),
    ]);

    await tail(openTestTerminal(), { ...TAIL, client, since: id(1), chatId: 'ch' });

    expect(arrivals.map(({ path }) => path)).toEqual(['/chats', '/events?chatId=chat-1&partial=false']);
  });

  it('of a chat that is gone prints what the log has of it, and says when that is nothing', async () => {
    const chats = json({ chats: [CHAT], lastEventId: id(3) });
    const terminal = openTestTerminal();
    const gone = frame(3, 'chat.deleted', { chatId: 'gone' });
    const there = createTestClient([chats, stream([gone])]).client;
    const nowhere = createTestClient([chats, stream([`id: ${id(3)}\n\n`])]).client;
    const missing = 'There is no chat with id "gone"';

    expect(await tail(terminal, { ...TAIL, client: there, since: id(1), chatId: 'gone' })).toBe(0);
    expect(terminal.printed()).toContain('chat.deleted gone');
    await expect(tail(terminal, { ...TAIL, client: nowhere, since: id(1), chatId: 'gone' })).rejects.toThrow(
      missing,
    );
    const live = createTestClient([chats]).client;
    await expect(tail(terminal, { ...TAIL, client: live, chatId: 'gone' })).rejects.toThrow(missing);
  });

  it('refuses types that do not exist', () => {
    expect(toEventTypes('error,chat.created')).toEqual(['error', 'chat.created']);
    expect(() => toEventTypes('chat.exploded')).toThrow('There is no event type "chat.exploded"');
  });
});

describe('the engine of a command', () => {
  it('is found by its port, and its secret is never said', async () => {
    const env = { PORT: '4000', REPLICAS_ENGINE_SECRET: 'top-secret' };
    const terminal = openTestTerminal({ env });

    const error = await connectTo(terminal, { attempts: 1 })
      .client.health({ signal: AbortSignal.abort(new DOMException('Enough.', 'AbortError')) })
      .catch((reason: unknown) => reason);

    expect(explain(error, terminal)).toBe(130);
    expect(terminal.complained()).not.toContain('top-secret');
  });

  it('is the trial engine of the folder, where nothing else is said', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, '.replicas-dev'));
    await writeFile(join(folder, '.replicas-dev', 'engine-environment.json'), '{"PORT": "1"}');
    await writeFile(join(folder, '.replicas-dev', 'engine-secret'), 'x\n');

    const { client, secretFrom } = connectTo(openTestTerminal({ folder }), { attempts: 1 });

    await expect(client.health()).rejects.toThrow('The engine at http://127.0.0.1:1 cannot be reached');
    expect(secretFrom).toBe(join(folder, '.replicas-dev', 'engine-secret'));
  });

  it.each(['nonsense', 'ftp://x', 'http://user:hush@host', 'http://host/?q'])(
    'is not at %s, and a password in it is not said',
    (url) => {
      const error = failureOf(() => connectTo(openTestTerminal(), { url, secret: 'x' }));

      expect(error).toEqual(
        new CliError('--url: this is no URL of an engine; it looks like http://127.0.0.1:3737.', 2),
      );
    },
  );

  it('that refuses a secret makes a command name where that came from', async () => {
    const { client } = createTestClient([json({ error: 'No.', code: 'unauthorized' }, 401)]);
    const refused = await client.status().catch((error: unknown) => error);
    const terminal = openTestTerminal();

    expect(
      explain(
        failureOf(() => nameSecret(refused, '--secret')),
        terminal,
      ),
    ).toBe(77);
    expect(terminal.complained()).toBe(
      'The engine refuses the secret of --secret: it has to be the one that the engine was started with.\n',
    );
  });

  it('is not asked without a secret', () => {
    expect(() => connectTo(openTestTerminal(), {})).toThrow('set REPLICAS_ENGINE_SECRET');
  });

  it.each([
    ['unreachable', 69],
    ['unauthorized', 77],
    ['chat_not_found', 1],
  ])('that refuses with %s makes a command exit with %i', async (code, exitCode) => {
    const { client } = createTestClient([json({ error: 'No.', code }, 400)], { attempts: 1 });
    const error = await client.status().catch((reason: unknown) => reason);
    const terminal = openTestTerminal();

    expect(explain(error, terminal)).toBe(exitCode);
    expect(terminal.complained()).toMatch(/^No\.\n/);
  });
});

function failureOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

const MESSAGE = { message: 'go', messageId: 'm' };
const TAIL = { json: false, follow: false, partial: false };

/** An engine that knows the message `m` of a chat that was not the last one used. */
function knownMessage(chat: typeof CHAT, acceptance: string[]) {
  const later = { ...CHAT, id: 'chat-2', updatedAt: '2026-02-01T00:00:00.000Z' };
  const texts = [
    delta(6, assistant({ type: 'text', text: 'I tried.' })),
    delta(7, { timestamp: TS, type: 'claude-system', payload: {} }),
    completed(8, 'errored'),
  ];
  const replies: Record<string, Reply> = {
    '/chats': ({ method }) =>
      Response.json(method === 'GET' ? { chats: [later, chat], lastEventId: id(9) } : { chat }),
    [`/chats/${chat.id}`]: json({ chat, lastEventId: id(9) }),
    '/status': json(STATUS),
    '/token-refresh/health': json(FRESH_LOGINS),
    '/chats/chat-2': json({ chat: later, lastEventId: id(9) }),
    '/chats/chat-2/messages': json({ messageId: 'm', queued: false, position: 0 }),
    [`/chats/${chat.id}/messages`]: json({ messageId: 'm', queued: false, position: 0 }),
    '/events?types=chat.turn.accepted': (arrival) =>
      stream([...acceptance, `id: ${id(9)}\n\n`], 'stays')(arrival),
    [`/events?chatId=${chat.id}&partial=true`]: (arrival) => stream(texts, 'stays')(arrival),
  };
  return createTestClient([(arrival) => replies[arrival.path]!(arrival)]);
}

function accepted(number: number): string {
  const payload = { chatId: 'chat-1', messageId: 'm', queued: false, position: 0 };
  return frame(number, 'chat.turn.accepted', payload);
}

function workspace(status: object = STATUS) {
  const replies: Record<string, Reply> = {
    '/status': json(status),
    '/chats': json({ chats: [CHAT], lastEventId: id(3) }),
    '/repos': json({ repos: [REPO], lastEventId: id(3) }),
  };
  return createTestClient([(arrival) => replies[arrival.path]!(arrival)]).client;
}

function command(events: Reply, others: Record<string, Reply> = {}) {
  const replies: Record<string, Reply> = {
    '/chats': json({ chats: [CHAT], lastEventId: id(3) }),
    '/chats/chat-1/messages': json({ messageId: 'm', queued: false, position: 0 }),
    '/status': json(STATUS),
    '/token-refresh/health': json(FRESH_LOGINS),
    '/events?chatId=chat-1&partial=true': events,
    ...others,
  };
  return {
    ...createTestClient([(arrival) => replies[arrival.path]!(arrival)]),
    json: false,
    isNew: false,
  };
}

function partial(text: string): string {
  const payload = { event: { type: 'content_block_delta', delta: { type: 'text_delta', text } } };
  const event = { timestamp: TS, type: 'claude-stream_event', payload };
  return frame(3, 'chat.turn.partial', { chatId: 'chat-1', messageId: 'm', event }).replace(/^id: .*\n/, '');
}

function delta(number: number, event: object): string {
  return frame(number, 'chat.turn.delta', { chatId: 'chat-1', messageId: 'm', event });
}

function assistant(block: object) {
  return { timestamp: TS, type: 'claude-assistant', payload: { message: { content: [block] } } };
}

function toolResult(content: string) {
  const block = { type: 'tool_result', tool_use_id: 't', content };
  return { timestamp: TS, type: 'claude-user', payload: { message: { content: [block] } } };
}

function completed(number: number, outcome: string): string {
  const payload = {
    chatId: 'chat-1',
    messageId: 'm',
    isComplete: outcome === 'completed',
    outcome,
    durationMs: 1,
  };
  return frame(number, 'chat.turn.completed', payload);
}
