import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { commandIn, readImage, runCommand } from '../../../src/cli/chat/commands.ts';
import type { ChatSummary, EngineClient } from '../../../src/client/client.ts';

function open() {
  const told: unknown[] = [];
  const opened: unknown[] = [];
  const other = {
    id: 'other',
    provider: 'codex',
    title: 'Other',
    state: 'errored',
    createdAt: '',
    updatedAt: '',
  };
  const chat = {
    ...other,
    id: 'c',
    provider: 'claude',
    title: 'This',
    state: 'running',
    awaitingInput: true,
  };
  const chats = {
    queue: async () => ({ queue: [{ message: 'one' }, { message: 'two' }] }),
    clearQueue: async () => [],
    update: async (_id: string, change: object) => (told.push(change), { title: 'New', ...change }),
    models: async () => [
      { id: 'a', name: 'Model A', current: false },
      { id: 'b', name: 'Model B', current: true },
    ],
    list: async () => ({ chats: [chat, other] }),
    create: async (created: object) => (told.push(created), { id: 'new' }),
    get: async (id: string) => ({
      chat: id === 'new' ? { id } : { usage: { turns: 2, inputTokens: 10, outputTokens: 3, costUsd: 0.125 } },
    }),
    tasks: async () => [{ id: 't1', state: 'running', title: 'npm run dev' }],
  };
  const context = {
    client: { chats } as unknown as EngineClient,
    chat: chat as ChatSummary,
    signal: new AbortController().signal,
    open: ({ id }: ChatSummary) => void opened.push(id),
  };
  const run = (name: string, rest = '') => runCommand(context, { name, rest });
  return { run, told, opened };
}

it.each([
  ['queue', '', '1. one\n2. two'],
  ['clear', '', 'Nothing waits any more.'],
  ['rename', ' New ', 'This chat is called "New" now.'],
  ['model', '', '  a  Model A\n* b  Model B'],
  ['model', 'a', 'Messages to come run with a.'],
  ['cost', '', '2 turns, 10 tokens in, 3 out, $0.13'],
  ['tasks', '', 't1  running  npm run dev'],
  ['chats', '', '* 1  c      claude  waits for you  This\n  2  other  codex   errored        Other'],
])('/%s %s shows what came of it', async (name, rest, shown) => {
  expect(await open().run(name, rest)).toBe(shown);
});

it('a title and a model are told to the engine', async () => {
  const { run, told } = open();
  await run('rename', 'New');
  await run('model', 'a');
  expect(told).toEqual([{ title: 'New' }, { model: 'a' }]);
});

it.each([
  ['chats', '2', 'other', []],
  ['chats', 'oth', 'other', []],
  ['new', '', 'new', [{ provider: 'claude' }]],
  ['new', 'codex', 'new', [{ provider: 'codex' }]],
])('/%s %s goes on in the chat %s', async (name, rest, chatId, created) => {
  const { run, opened, told } = open();

  expect(await run(name, rest)).toBe('');
  expect({ opened, told }).toEqual({ opened: [chatId], told: created });
});

it('a chat that is not there is named', async () => {
  await expect(open().run('chats', '9')).rejects.toThrow('There is no chat with id "9"');
});

it('a chat is not called by nothing', async () => {
  await expect(open().run('rename', ' ')).rejects.toThrow('Say what to call it: /rename <title>');
});

it.each([
  ['/new codex', { name: 'new', rest: 'codex' }],
  ['/new-component Button', { name: 'new-component', rest: 'Button' }],
  ['/plan:review', { name: 'plan:review', rest: '' }],
  ['/chats/list.ts is wrong', { name: 'chats/list.ts', rest: 'is wrong' }],
  ['Look at /new', { name: '', rest: '' }],
])('%s begins with the whole of a command or with none', (line, command) => {
  expect(commandIn(line)).toEqual(command);
});

it.each(['compact', 'constructor'])('/%s is none of ours', async (name) => {
  expect(await open().run(name)).toBeNull();
});

it('a picture is read with the type that its name says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.PNG'), 'png');

  expect(await readImage(join(folder, 'a.PNG'))).toEqual({
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: 'cG5n' },
  });
  await expect(readImage(join(folder, 'b.png'))).rejects.toThrow('b.png cannot be read: ENOENT.');
  await expect(readImage('')).rejects.toThrow('Name the picture: /image <file> <message>');
  await expect(readImage('a.txt')).rejects.toThrow('a.txt: only PNG, JPEG, GIF and WebP can be sent.');
});
