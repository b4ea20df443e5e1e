import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startReferenceMonolith } from '../../src/dev/reference-monolith.ts';
import type { EngineStatus } from '../../src/contract/status.ts';
import type { RunningEngine } from '../../src/server/engine.ts';
import { signOf, startInProcess } from '../support/start-in-process.ts';

const FAKE_CLAUDE = new URL('../agents/claude/fake-claude.mjs', import.meta.url).pathname;
const FIRST_PAGE = { limit: 100, offset: 0 };

it('has one chat per agent from the first start, never used', async () => {
  const { engine } = await startOn(await createHome());

  const { chats } = await engine.chats.list();

  expect(chats.map(({ provider, title, state }) => ({ provider, title, state }))).toEqual([
    { provider: 'claude', title: 'Claude Code', state: 'idle' },
    { provider: 'codex', title: 'Codex', state: 'idle' },
  ]);
  expect(chats.every(({ createdAt, updatedAt }) => createdAt === updatedAt)).toBe(true);
});

it('has written its first chats down when it answers', async () => {
  const home = await createHome();

  const { engine } = await startOn(home);

  const written = JSON.parse(await readFile(join(home, '.replicas/engine/chats.json'), 'utf8'));
  const { chats } = await engine.chats.list();
  expect(written.chats.map(({ chat }: { chat: { id: string } }) => chat.id)).toEqual(
    chats.map(({ id }) => id),
  );
});

it('ends a message to an agent that is not installed, and says so', async () => {
  const { engine, chatId, events } = await startOn(await createHome());

  const receipt = await engine.messages.send(chatId, { message: 'hello', messageId: 'm1' });

  expect(receipt).toEqual({ messageId: 'm1', queued: false, position: 0 });
  await vi.waitFor(async () => expect((await engine.chats.get(chatId)).chat.state).toBe('errored'));
  const told = (await events()).filter(({ type }) => type.startsWith('chat.turn.'));
  expect(told.map(({ type }) => type)).toEqual([
    'chat.turn.accepted',
    'chat.turn.started',
    'chat.turn.delta',
    'chat.turn.completed',
  ]);
  expect(told.at(-1)?.payload).toMatchObject({
    messageId: 'm1',
    isComplete: false,
    outcome: 'errored',
    error: { code: 'agent_unavailable' },
  });
});

it('does not hand over a workspace that is not archived, and goes on', async () => {
  const { engine, chatId } = await startOn(await createHome());

  await expect(engine.move({ limitMs: 1_000 })).rejects.toMatchObject({
    code: 'HAND_OVER_UNAVAILABLE',
    message: expect.stringContaining('Start the engine with ARCHIVE_URL.'),
  });

  expect(await engine.messages.send(chatId, { message: 'hello', messageId: 'm1' })).toMatchObject({
    messageId: 'm1',
  });
});

it('finds an agent that is installed after the engine was started', async () => {
  const home = await createHome();
  const { engine, chatId } = await startOn(home, { CLAUDE_PATH: 'claude', PATH: `${home}:/usr/bin:/bin` });
  await engine.messages.send(chatId, { message: 'hello' });
  await vi.waitFor(async () => expect((await engine.chats.get(chatId)).chat.state).toBe('errored'));

  await symlink(FAKE_CLAUDE, join(home, 'claude'));
  await engine.messages.send(chatId, { message: 'hello again' });

  await vi.waitFor(
    async () =>
      expect((await engine.chats.history(chatId, FIRST_PAGE)).eventsJson).toContain('You said: hello again'),
    { timeout: 9_000 },
  );
  await engine.stop();
});

it('gives a repeated message its first answer, and refuses another one under its id', async () => {
  const { engine, chatId } = await startOn(await createHome(), { isBooted: false });
  await engine.messages.send(chatId, { message: 'one', messageId: 'm1' });
  await engine.messages.send(chatId, { message: 'two', messageId: 'm2' });

  expect(await engine.messages.send(chatId, { message: 'two', messageId: 'm2' })).toEqual({
    messageId: 'm2',
    queued: true,
    position: 1,
  });
  await expect(engine.messages.send(chatId, { message: 'other', messageId: 'm2' })).rejects.toMatchObject({
    code: 'MESSAGE_CONFLICT',
  });
});

it('gathers readers that come and go into few events', async () => {
  const { engine, chatId, events } = await startOn(await createHome());
  const counted = async () =>
    (await events()).flatMap(({ type, payload }) =>
      type === 'engine.status.changed' ? [(payload['status'] as EngineStatus).activeSseClients] : [],
    );

  const readers = await Promise.all(
    Array.from({ length: 500 }, () => engine.events.open({ partial: false })),
  );
  await expect.poll(counted).toContain(500);
  expect((await counted()).filter((count) => count > 0).length).toBeLessThan(25);

  for (const reader of readers) reader.destroy();
  await expect.poll(async () => (await counted()).at(-1)).toBe(0);
  expect((await counted()).length).toBeLessThan(50);
  expect((await engine.chats.get(chatId)).chat.state).toBe('idle');
});

it('takes a message that writes its defaults out for the same message', async () => {
  const { engine, chatId } = await startOn(await createHome(), { isBooted: false });
  const first = await engine.messages.send(chatId, { message: 'one', messageId: 'm1' });

  expect(
    await engine.messages.send(chatId, {
      message: 'one',
      messageId: 'm1',
      images: [],
      planMode: false,
      thinkingLevel: 'high',
    }),
  ).toEqual(first);
  await expect(
    engine.messages.send(chatId, { message: 'one', messageId: 'm1', thinkingLevel: 'low' }),
  ).rejects.toMatchObject({ code: 'MESSAGE_CONFLICT' });
});

it('refuses to say something into a turn where none runs, or to an agent that cannot be told', async () => {
  const { engine, chatId } = await startOn(await createHome());
  const codex = (await engine.chats.list()).chats.find(({ provider }) => provider === 'codex')?.id ?? '';

  await expect(engine.messages.steer(codex, { message: 'x' })).rejects.toMatchObject({
    code: 'NOTHING_TO_STEER',
  });
  await expect(engine.messages.steer(chatId, { message: 'x' })).rejects.toMatchObject({
    code: 'STEER_UNSUPPORTED',
  });
});

it('lists the sub-chats of a chat, and removes them before it', async () => {
  const { engine, chatId: parentChatId, events } = await startOn(await createHome());
  const open = async (parent: string) =>
    (await engine.chats.create({ provider: 'codex', parentChatId: parent })).chat.id;
  const child = await open(parentChatId);
  const [grandchild, sibling] = [await open(child), await open(parentChatId)];

  const { chats } = await engine.chats.list({ parentChatId });
  expect(chats.map(({ id }) => id)).toEqual([child, sibling]);
  expect((await engine.chats.list({ parentChatId: grandchild })).chats).toEqual([]);
  const removed = engine.chats.remove(parentChatId);
  await expect(open(parentChatId)).rejects.toMatchObject({ code: 'PARENT_NOT_FOUND' });
  await removed;

  const deleted = (await events()).filter(({ type }) => type === 'chat.deleted');
  const order = [grandchild, child, sibling, parentChatId];
  expect(deleted.map(({ payload }) => payload['chatId'])).toEqual(order);
  await expect(open(parentChatId)).rejects.toMatchObject({ code: 'PARENT_NOT_FOUND' });
});

it('keeps messages that come before boot is over, in an order that clients can change', async () => {
  const { engine, chatId, events } = await startOn(await createHome(), { isBooted: false });
  for (const messageId of ['m1', 'm2', 'm3', 'm4'])
    await engine.messages.send(chatId, { message: messageId, messageId });

  await engine.messages.reorder(chatId, { messageId: 'm4', position: 0 });
  await engine.messages.withdraw(chatId, 'm2');

  const { queue, processing } = await engine.messages.queue(chatId);
  expect({ processing, queue: queue.map(({ id, message }) => ({ id, message })) }).toEqual({
    processing: false,
    queue: ['m4', 'm1', 'm3'].map((id) => ({ id, message: id })),
  });
  await expect(engine.messages.withdraw(chatId, 'm2')).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  expect(await engine.messages.clearQueue(chatId)).toEqual([]);
  expect(
    (await events()).filter(({ type }) => type === 'chat.message.dropped').map(({ payload }) => payload),
  ).toEqual([
    { chatId, messageId: 'm2', reason: 'deleted' },
    { chatId, messageId: 'm4', reason: 'cleared' },
    { chatId, messageId: 'm1', reason: 'cleared' },
    { chatId, messageId: 'm3', reason: 'cleared' },
  ]);
});

it('takes up its queue where the last engine left it, reordered as it was', async () => {
  const home = await createHome();
  const first = await startOn(home, { isBooted: false });
  for (const messageId of ['m1', 'm2', 'm3'])
    await first.engine.messages.send(first.chatId, { message: messageId, messageId });
  await first.engine.messages.reorder(first.chatId, { messageId: 'm3', position: 0 });
  await first.engine.handOver();

  const { engine, chatId } = await startOn(home, { isBooted: false });

  expect(chatId).toBe(first.chatId);
  expect((await engine.messages.queue(chatId)).queue.map(({ id }) => id)).toEqual(['m3', 'm1', 'm2']);
});

it('folds the journal when the checkpoint is damaged, and keeps the damaged file', async () => {
  const home = await createHome();
  const first = await startOn(home, { isBooted: false });
  await first.engine.messages.send(first.chatId, { message: 'kept', messageId: 'm1' });
  await first.engine.handOver();
  await writeFile(join(home, '.replicas/engine/chats.json'), '{"version":1,"chats":[{"ch');

  const { engine, events } = await startOn(home, { isBooted: false });

  const { queue } = await engine.messages.queue(first.chatId);
  expect(queue.map(({ message }) => message)).toEqual(['kept']);
  expect((await events()).find(({ type }) => type === 'error')?.payload).toMatchObject({
    code: 'file_damaged',
  });
  const files = await readdir(join(home, '.replicas/engine'));
  expect(files.filter((name) => name.startsWith('chats.json.corrupt-'))).toHaveLength(1);
});

it('goes on from the checkpoint before the last one when that is damaged or gone, whatever the log still has', async () => {
  for (const damage of [(file: string) => rm(file), (file: string) => writeFile(file, '{')]) {
    const home = await createHome();
    const first = await startOn(home, { isBooted: false });
    await first.engine.messages.send(first.chatId, { message: 'kept', messageId: 'm1' });
    await first.engine.handOver();
    await (await startOn(home, { isBooted: false })).engine.handOver();
    await damage(join(home, '.replicas/engine/chats.json'));
    await forgetBeginning(join(home, '.replicas/engine'));

    const { engine, events } = await startOn(home, { isBooted: false });

    expect((await engine.messages.queue(first.chatId)).queue.map(({ message }) => message)).toEqual(['kept']);
    const errors = (await events()).filter(({ type }) => type === 'error').map(({ payload }) => payload);
    expect(errors).toMatchObject([
      { code: 'file_damaged', context: { file: join(home, '.replicas/engine/chats.json') } },
    ]);
  }
});

it('gives a chat up whose agent is gone, keeps it for reading, and lets it be deleted', async () => {
  const home = await createHome();
  const ACP_AGENTS = JSON.stringify({ other: { command: '/nonexistent/other' } });
  const first = await startOn(home, { isBooted: false, ACP_AGENTS });
  const { chat } = await first.engine.chats.create({ provider: 'other' });
  await first.engine.messages.send(chat.id, { message: 'hello', messageId: 'm1' });
  await first.engine.handOver();

  const { engine, events } = await startOn(home, { isBooted: false });

  const message = 'The chat failed too often and was given up: Error: No driver for the agent "other".';
  expect((await engine.chats.get(chat.id)).chat).toMatchObject({
    state: 'errored',
    processing: false,
    lastError: { code: 'chat_failed', message },
  });
  await expect(engine.messages.send(chat.id, { message: 'again' })).rejects.toMatchObject({
    code: 'CHAT_FAILED',
  });
  await engine.chats.remove(chat.id);
  const told = (await events()).filter(({ payload }) => payload['chatId'] === chat.id).slice(-2);
  expect(told).toMatchObject([
    { type: 'chat.message.dropped', payload: { messageId: 'm1', reason: 'chatDeleted' } },
    { type: 'chat.deleted' },
  ]);
});

it('drops queue and turns of a copied home, and keeps its chats', async () => {
  const home = await createHome();
  const first = await startOn(home, { isBooted: false });
  await first.engine.messages.send(first.chatId, { message: 'for the original', messageId: 'm1' });
  await first.engine.handOver();
  const copy = await createHome();
  await cp(home, copy, { recursive: true });

  const { engine, events } = await startOn(copy, { isBooted: false, WORKSPACE_ID: 'copy' });

  expect((await engine.messages.queue(first.chatId)).queue).toEqual([]);
  expect((await events()).find(({ type }) => type === 'chat.message.dropped')?.payload).toEqual({
    chatId: first.chatId,
    messageId: 'm1',
    reason: 'cleared',
  });
});

it('tells the control plane what the engine before it could not, but not for the original of a copied home', async () => {
  const home = await createHome();
  const first = await startOn(home);
  await first.engine.messages.send(first.chatId, { message: 'hello', messageId: 'm1' });
  await vi.waitFor(async () =>
    expect((await first.engine.chats.get(first.chatId)).chat.state).toBe('errored'),
  );
  await first.engine.handOver();
  const copy = await createHome();
  await cp(home, copy, { recursive: true });
  const original = await startMonolith('workspace');
  const other = await startMonolith('copy');

  await startOn(home, { MONOLITH_URL: original.url });
  await startOn(copy, { MONOLITH_URL: other.url, WORKSPACE_ID: 'copy' });

  await vi.waitFor(() => {
    expect(original.events.map(({ type }) => type)).toEqual([
      'engine.ready',
      'chat.turn.completed',
      'engine.ready',
    ]);
    expect(other.events.map(({ type }) => type)).toEqual(['engine.ready']);
  });
});

it('repairs text that would poison a transcript, and strips the plan command', async () => {
  const { engine, chatId } = await startOn(await createHome(), { isBooted: false });

  await engine.messages.send(chatId, { message: '/plan half a \ud83d pair and \0' });

  const { queue } = await engine.messages.queue(chatId);
  expect(queue.map(({ message }) => message)).toEqual(['half a \ufffd pair and \ufffd']);
});

it('shows a message of 100 KB whole, and keeps it out of the log', async () => {
  const home = await createHome();
  const { engine, chatId } = await startOn(home, { isBooted: false });
  const message = 'long '.repeat(20_000);

  await engine.messages.send(chatId, { message });

  expect((await engine.messages.queue(chatId)).queue.map((item) => item.message)).toEqual([message]);
  const log = await readFile(join(home, '.replicas/engine/events.jsonl'), 'utf8');
  expect(log.length).toBeLessThan(20_000);
});

it('creates a chat once per client request, for agents it knows', async () => {
  const { engine } = await startOn(await createHome());

  const first = await engine.chats.create({ provider: 'claude', title: 'Mine', clientRequestId: 'r1' });
  const again = await engine.chats.create({ provider: 'claude', title: 'Mine', clientRequestId: 'r1' });

  expect([first.created, again.created]).toEqual([true, false]);
  expect(again.chat).toEqual(first.chat);
  await expect(engine.chats.create({ provider: 'nobody' })).rejects.toMatchObject({
    code: 'UNKNOWN_PROVIDER',
  });
});

it('drops what waits in a chat that is deleted, then the chat', async () => {
  const { engine, chatId, events } = await startOn(await createHome(), { isBooted: false });
  await engine.messages.send(chatId, { message: 'hello', messageId: 'm1' });

  await engine.chats.remove(chatId);

  const last = (await events()).filter(({ type }) => /dropped|deleted/.test(type));
  expect(last.map(({ type, payload }) => [type, payload])).toEqual([
    ['chat.message.dropped', { chatId, messageId: 'm1', reason: 'chatDeleted' }],
    ['chat.deleted', { chatId }],
  ]);
  await expect(engine.chats.get(chatId)).rejects.toMatchObject({ code: 'CHAT_NOT_FOUND' });
});

it('keeps every file to its owner', async () => {
  const home = await createHome();
  const { engine, chatId } = await startOn(home);
  await engine.messages.send(chatId, { message: 'long '.repeat(20_000) });
  await engine.handOver();

  expect(existsSync(join(home, '.replicas/engine/chats.json'))).toBe(true);
  const { execa } = await import('execa');
  const { stdout } = await execa('find', [
    join(home, '.replicas'),
    '(',
    '-type',
    'f',
    '!',
    '-perm',
    '600',
    ')',
    '-o',
    '(',
    '-type',
    'd',
    '!',
    '-perm',
    '700',
    ')',
  ]);
  expect(stdout).toBe('');
});

async function createHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'engine-home-'));
  onTestFinished(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  return home;
}

interface StartOptions {
  isBooted?: boolean;
  WORKSPACE_ID?: string;
  ACP_AGENTS?: string;
  MONOLITH_URL?: string;
  CLAUDE_PATH?: string;
  PATH?: string;
}

/** An engine without any agent, in this process. */
async function startOn(home: string, { isBooted = true, ...variables }: StartOptions = {}) {
  if (isBooted) await writeFile(signOf(home), '');
  const engine = await startInProcess(home, variables);
  const { chats } = await engine.chats.list();
  const chatId = chats.find(({ provider }) => provider === 'claude')?.id ?? '';
  return { engine, chatId, events: () => readEvents(engine, home) };
}

/** As when the log has forgotten how the chats began. */
async function forgetBeginning(folder: string): Promise<void> {
  const { watermark } = JSON.parse(await readFile(join(folder, 'chats.previous.json'), 'utf8'));
  const log = await readFile(join(folder, 'events.jsonl'), 'utf8');
  await writeFile(join(folder, 'events.jsonl'), log.slice(log.indexOf(`{"id":"${watermark}"`)));
}

async function startMonolith(workspaceId: string) {
  const monolith = await startReferenceMonolith({ secret: 'secret', workspaceId });
  onTestFinished(() => monolith.close());
  return monolith;
}

async function readEvents(engine: RunningEngine, home: string) {
  await engine.status();
  const log = await readFile(join(home, '.replicas/engine/events.jsonl'), 'utf8');
  const lines = log.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as { type: string; payload: Record<string, unknown> });
}
