import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createBootedHome, startInProcess } from '../../support/start-in-process.ts';

const FAKE_CLAUDE = new URL('../../agents/claude/fake-claude.mjs', import.meta.url).pathname;

it.each([
  { name: 'longer than an argument may be', systemPrompt: 'Be kind. '.repeat(20_000) },
  { name: 'with what no argument can hold', systemPrompt: 'Be \0kind.' },
])('Claude Code starts with instructions $name', async ({ systemPrompt }) => {
  const { engine, chatId } = await startOn(await createHome({ systemPrompt }));

  await engine.messages.send(chatId, { message: 'hello' });

  await vi.waitFor(
    async () => expect((await engine.chats.get(chatId)).chat).toMatchObject({ processing: false }),
    { timeout: 60_000 },
  );
  expect((await engine.chats.get(chatId)).chat.state).toBe('idle');
  expect((await engine.chats.history(chatId, { limit: 100, offset: 0 })).eventsJson).toContain(
    'You said: hello',
  );
});

it('repairs the title and the model that cannot be stored or be an argument', async () => {
  const { engine } = await startOn(await createHome({}));

  const { chat } = await engine.chats.create({ provider: 'claude', title: 'a\0b\uD800c' });
  await engine.messages.send(chat.id, { message: 'hello', model: 'a\0b' });

  expect(chat.title).toBe('a\uFFFDb\uFFFDc');
  await vi.waitFor(
    async () => expect((await engine.chats.get(chat.id)).chat).toMatchObject({ state: 'idle' }),
    { timeout: 60_000 },
  );
});

async function createHome(config: object): Promise<string> {
  const home = await createBootedHome();
  const repository = join(home, 'workspaces', 'web');
  await mkdir(join(repository, '.git'), { recursive: true });
  await writeFile(join(repository, 'replicas.json'), JSON.stringify(config));
  return home;
}

async function startOn(home: string) {
  const engine = await startInProcess(home, { CLAUDE_PATH: FAKE_CLAUDE, PATH: process.env['PATH'] });
  onTestFinished(() => engine.stop());
  const { chats } = await engine.chats.list();
  return { engine, chatId: chats[0]?.id ?? '' };
}
