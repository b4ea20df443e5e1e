import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { parseEnvironment } from '../../src/engine-env.ts';
import { createLog } from '../../src/log.ts';
import { startEngine } from '../../src/start-engine.ts';

it('chats at rest stand as they stood when the engine was stopped', async () => {
  const home = await createHome();
  const engine = await startOn(home);
  const { chats } = await engine.chats.list();
  const chatId = chats[0]?.id ?? '';
  await engine.chats.send(chatId, { message: 'hello' });
  await vi.waitFor(async () => expect((await engine.chats.get(chatId)).chat.state).toBe('errored'));
  const before = await engine.chats.list();
  await engine.stop();

  const after = await (await startOn(home)).chats.list();

  expect(after.chats).toEqual(before.chats);
  expect(after.chats[1]).toMatchObject({ state: 'idle', updatedAt: chats[1]?.createdAt });
});

it('a chat that is deleted at rest is never told of as at work', async () => {
  const engine = await startOn(await createHome());
  const { chats, lastEventId } = await engine.chats.list();
  const chatId = chats[0]?.id ?? '';

  await engine.chats.remove(chatId);

  const stream = await engine.events.open({ after: lastEventId, partial: false });
  const seen: string[] = [];
  stream.on('data', (part: Buffer) => seen.push(part.toString()));
  await vi.waitFor(() => expect(seen.join('')).toContain('event: chat.deleted'));
  stream.destroy();
  expect(seen.join('')).not.toContain('event: chat.updated');
});

async function createHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'chat-condition-'));
  onTestFinished(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  await writeFile(join(home, 'cloud-init-output.log'), '');
  return home;
}

async function startOn(home: string) {
  const environment = parseEnvironment({
    REPLICAS_ENGINE_SECRET: 'secret',
    WORKSPACE_ID: 'workspace',
    MONOLITH_URL: 'http://127.0.0.1:9',
    WORKSPACE_HOME: home,
    CLOUD_INIT_OUTPUT_LOG: join(home, 'cloud-init-output.log'),
    CLAUDE_PATH: '/nonexistent/claude',
    CODEX_PATH: '/nonexistent/codex',
  });
  const engine = await startEngine({
    environment,
    log: createLog({ level: 'silent', secrets: [] }),
    version: '0',
  });
  onTestFinished(() => engine.handOver().catch(() => undefined));
  return engine;
}
