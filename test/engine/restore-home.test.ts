import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createPaths } from '../../src/environment/paths.ts';
import type { RunningEngine } from '../../src/server/engine.ts';
import { createBootedHome, startInProcess } from '../support/start-in-process.ts';

const PATIENCE = { timeout: 20_000 };
const PAGE = { limit: 100, offset: 0 };

async function createArchive(): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'archive-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { ARCHIVE_URL: `file://${folder}` };
}

async function isReady(engine: RunningEngine): Promise<void> {
  await vi.waitFor(() => expect(engine.health().boot.state).toBe('ready'), PATIENCE);
}

/** Its agent is missing, so that its turn ends at once. */
async function sendTo(engine: RunningEngine, chatId: string, message: string): Promise<void> {
  await engine.messages.send(chatId, { message });
  await vi.waitFor(
    async () => expect((await engine.chats.get(chatId)).chat.processing).toBe(false),
    PATIENCE,
  );
}

it('a workspace that was stopped goes on in an empty home, from its archive alone', async () => {
  const archive = await createArchive();
  const [here, there] = [await createBootedHome(), await createBootedHome()];
  const engine = await startInProcess(here, archive);
  await isReady(engine);
  const { chats } = await engine.chats.list({});
  const chatId = chats[0]!.id;
  await sendTo(engine, chatId, 'hello');
  const plan = createPaths(here).plans.find(({ source }) => source === 'replicas')!.folder;
  await mkdir(plan, { recursive: true });
  await writeFile(join(plan, 'plan.md'), '# A plan');
  const before = {
    ...(await engine.chats.get(chatId)),
    total: (await engine.chats.history(chatId, PAGE)).total,
  };
  await engine.stop();

  const next = await startInProcess(there, archive);
  await isReady(next);

  expect((await next.chats.list({})).chats.map(({ id }) => id)).toEqual(chats.map(({ id }) => id));
  expect((await next.chats.get(chatId)).chat).toEqual(before.chat);
  expect((await next.chats.history(chatId, PAGE)).total).toBe(before.total);
  expect((await next.status()).lastEventId > before.lastEventId).toBe(true);
  expect(await readFile(join(plan.replace(here, there), 'plan.md'), 'utf8')).toBe('# A plan');
  expect(existsSync(join(createPaths(there).engine, 'restored.json'))).toBe(false);
  await sendTo(next, chatId, 'hello again');
});

it('a new workspace begins at once', async () => {
  const engine = await startInProcess(await createBootedHome(), await createArchive());

  await isReady(engine);

  expect((await engine.chats.list({})).chats.length).toBeGreaterThan(0);
});
