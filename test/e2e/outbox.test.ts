import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import type { EngineEventBody } from '../../src/contract/events.ts';
import type { WebhookEvent } from '../../src/contract/monolith.ts';
import { createGate } from '../support/gate.ts';
import type { Fault } from '../support/faulty-monolith.ts';
import { MALFORMED } from '../support/malformed.ts';
import type { MonolithCall } from '../../src/dev/reference-monolith.ts';
import { formatEventId } from '../../src/journal/event-id.ts';
import { encodeLine } from '../../src/journal/event-line.ts';
import { createPaths } from '../../src/environment/paths.ts';
import { createRandom, pick } from '../support/random.ts';
import { byPrompt, saysAround } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';

/** Turns end at once, with an error: what the control plane is told is all that matters here. */
const NO_AGENT = { CLAUDE_PATH: '/nonexistent/claude' };
const LONG = { timeout: 500_000, interval: 50 };

/** `OUTBOX_EVENTS=10000` for the long form. */
const EVENTS = Number(process.env['OUTBOX_EVENTS'] ?? 1_000);
const KILLS = 5;

it(
  `tells ${EVENTS} events at least once and in order, over ${KILLS} kills and a control plane that fails at random`,
  { timeout: 600_000 },
  async () => {
    const { home, monolith, kill, start, engine } = await startWorkspace({
      environment: NO_AGENT,
      fault: failAtRandom({ share: 0.015, seed: 42 }),
      prepare: (folder) => writeTurns(folder, { chats: 5, turns: EVENTS }),
    });
    for (let count = 1; count <= KILLS; count++) {
      await expect.poll(() => monolith.events.length, LONG).toBeGreaterThan((count / KILLS) * EVENTS * 0.9);
      await kill();
      await start();
    }

    await expect.poll(() => monolith.events.length, LONG).toBe(EVENTS + KILLS + 1);
    await engine().end('SIGTERM');
    const told = await toldIn(home);
    expect(monolith.events.map(({ id }) => id)).toEqual(told.map(({ id }) => id));
    expect(new Set(bodiesByKey(monolith.calls).values())).toEqual(new Set([1]));
    expect(JSON.parse(await readFile(join(createPaths(home).engine, 'outbox.json'), 'utf8'))).toMatchObject({
      version: 1,
    });
  },
);

it('tells how a turn ended together with the repositories, once the control plane is back', async () => {
  const { client, chatId, home, folder, monolith, kill, start } = await startWorkspace({
    environment: NO_AGENT,
    fault: () => ({ kind: 'status', status: 503 }),
    prepare: (path) => createRepository(join(path, 'workspaces', 'app')),
  });
  for (const messageId of ['m1', 'm2']) await client.send(chatId, 'hello', { messageId });
  await expect.poll(async () => (await toldIn(home)).length).toBe(3);
  await writeFile(join(folder, 'app', 'README.md'), 'one\ntwo\nthree\n');
  await kill();
  expect(monolith.events).toEqual([]);

  monolith.fault = () => undefined;
  await start();

  await expect.poll(() => monolith.events.length, LONG).toBe(4);
  expect(monolith.events.map(nameOf)).toEqual(['engine.ready', 'm1', 'm2', 'engine.ready']);
  expect(monolith.events[1]).toMatchObject({
    workspaceId: 'workspace-of-the-tests',
    payload: {
      chatId,
      messageId: 'm1',
      isComplete: false,
      outcome: 'errored',
      error: { code: 'agent_unavailable' },
      repos: [{ name: 'app', branch: 'fix', gitDiff: { added: 2, removed: 0 }, prUrls: [] }],
    },
  });
});

it('keeps what was refused for good, says so once, and goes on', async () => {
  const { client, chatId, home, monolith } = await startWorkspace({
    environment: NO_AGENT,
    fault: ({ body }) =>
      isEndOf('m1', body) ? { kind: 'status', status: 422, code: 'no_such_chat' } : undefined,
  });
  const stream = await client.follow({ resume: true });

  for (const messageId of ['m1', 'm2']) await client.send(chatId, 'hello', { messageId });

  await expect.poll(() => monolith.events.map(nameOf)).toEqual(['engine.ready', 'm2']);
  await expect.poll(() => stream.events.filter(({ type }) => type === 'error')).toHaveLength(1);
  expect(stream.events.find(({ type }) => type === 'error')?.payload).toMatchObject({
    code: 'webhook_refused',
    details: 'It answered 422 (no_such_chat).',
    context: { eventType: 'chat.turn.completed' },
  });
  const letters = await readFile(join(createPaths(home).engine, 'dead-letters.jsonl'), 'utf8');
  expect(JSON.parse(letters)).toMatchObject({
    reason: 'It answered 422 (no_such_chat).',
    event: { type: 'chat.turn.completed', payload: { messageId: 'm1' } },
  });
});

it('tells how a turn was ended by the end of the engine, before that is over', async () => {
  const gate = createGate();
  const { client, chatId, monolith, engine } = await startWorkspace({
    script: byPrompt({ slow: saysAround(gate, { before: 'one ', after: 'two' }) }),
  });
  await client.send(chatId, 'a slow one', { messageId: 'm1' });
  await gate.reached;

  expect(await engine().end('SIGTERM')).toEqual({ code: 0, signal: null });

  expect(monolith.events.map(nameOf)).toEqual(['engine.ready', 'm1']);
  expect(monolith.events.at(-1)?.payload).toMatchObject({ outcome: 'interrupted', isComplete: false });
  gate.open();
});

/** Every kind of failure, before or after the call had its effect. */
function failAtRandom({ share, seed }: { share: number; seed: number }) {
  const random = createRandom(seed);
  const faults: Fault[] = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503, retryAfter: '0' },
    { kind: 'status', status: 408 },
    { kind: 'cut' },
    { kind: 'slow', milliseconds: 20 },
    MALFORMED.html,
  ];
  return () => (random() < share ? { ...pick(random, faults), isLate: random() < 0.5 } : undefined);
}

/** A log in which turns of several chats ended, one after the other. */
async function writeTurns(home: string, { chats, turns }: { chats: number; turns: number }): Promise<void> {
  const chatIds = Array.from({ length: chats }, () => randomUUID());
  const entries = Array.from({ length: turns }, (_, index) => turnEnd(chatIds[index % chats]!, `m${index}`));
  const lines = entries.map((entry, index) => {
    const id = formatEventId({ sequence: index + 1, tag: 'aaaaaaaa' });
    return encodeLine({ id, ts: '2026-01-01T00:00:00.000Z', end: true }, entry);
  });
  const { engine, events } = createPaths(home);
  await mkdir(engine, { recursive: true, mode: 0o700 });
  await writeFile(events, Buffer.concat(lines), { mode: 0o600 });
}

function turnEnd(chatId: string, messageId: string): EngineEventBody<'chat.turn.completed'> {
  const payload = { chatId, messageId, isComplete: true, outcome: 'completed' as const, durationMs: 1 };
  return { type: 'chat.turn.completed', payload };
}

/** What the log says the control plane must hear of. */
async function toldIn(home: string): Promise<{ id: string; type: string }[]> {
  const lines = (await readFile(createPaths(home).events, 'utf8')).split('\n').slice(0, -1);
  const events = lines.map((line) => JSON.parse(line) as { id: string; type: string });
  return events.filter(({ type }) => ['engine.ready', 'chat.turn.completed', 'error'].includes(type));
}

/** How many different bodies came under each key. */
function bodiesByKey(calls: readonly MonolithCall[]): Map<string, number> {
  const bodies = new Map<string, Set<string>>();
  for (const { idempotencyKey, body } of calls) {
    const key = idempotencyKey ?? '';
    bodies.set(key, (bodies.get(key) ?? new Set()).add(JSON.stringify(body)));
  }
  return new Map([...bodies].map(([key, { size }]) => [key, size]));
}

async function createRepository(folder: string): Promise<void> {
  const git = (...args: string[]) => execa('git', args, { cwd: folder });
  await mkdir(folder, { recursive: true });
  await git('init', '-q', '-b', 'main');
  await git('config', 'user.email', 'someone@example.com');
  await git('config', 'user.name', 'Someone');
  await writeFile(join(folder, 'README.md'), 'one\n');
  await git('add', '.');
  await git('commit', '-q', '-m', 'Start');
  await git('checkout', '-q', '-b', 'fix');
}

function nameOf(event: WebhookEvent): string {
  return event.type === 'chat.turn.completed' ? event.payload.messageId : event.type;
}

function isEndOf(messageId: string, body: unknown): boolean {
  return JSON.stringify(body).includes(`"messageId":"${messageId}"`);
}
