import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readImage, runCommand } from '../../../src/cli/chat/commands.ts';
import type { EngineClient } from '../../../src/client/client.ts';

function open() {
  const told: unknown[] = [];
  const chats = {
    queue: async () => ({ queue: [{ message: 'one' }, { message: 'two' }] }),
    clearQueue: async () => [],
    update: async (_id: string, change: object) => (told.push(change), { title: 'New', ...change }),
    models: async () => [
      { id: 'a', name: 'Model A', current: false },
      { id: 'b', name: 'Model B', current: true },
    ],
    get: async () => ({ chat: { usage: { turns: 2, inputTokens: 10, outputTokens: 3, costUsd: 0.125 } } }),
    tasks: async () => [{ id: 't1', state: 'running', title: 'npm run dev' }],
  };
  const context = {
    client: { chats } as unknown as EngineClient,
    chatId: 'c',
    signal: new AbortController().signal,
  };
  const run = (name: string, rest = '') => runCommand(context, { name, rest });
  return { run, told };
}

it.each([
  ['queue', '', '1. one\n2. two'],
  ['clear', '', 'Nothing waits any more.'],
  ['rename', ' New ', 'This chat is called "New" now.'],
  ['model', '', '  a  Model A\n* b  Model B'],
  ['model', 'a', 'Messages to come run with a.'],
  ['cost', '', '2 turns, 10 tokens in, 3 out, $0.13'],
  ['tasks', '', 't1  running  npm run dev'],
])('/%s %s shows what came of it', async (name, rest, shown) => {
  expect(await open().run(name, rest)).toBe(shown);
});

it('a title and a model are told to the engine', async () => {
  const { run, told } = open();
  await run('rename', 'New');
  await run('model', 'a');
  expect(told).toEqual([{ title: 'New' }, { model: 'a' }]);
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
  await expect(readImage('a.txt')).rejects.toThrow('a.txt: only PNG, JPEG, GIF and WebP can be sent.');
});
