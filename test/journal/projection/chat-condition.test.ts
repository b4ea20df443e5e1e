import { expect, it } from 'vitest';
import { createBootedHome, startInProcess } from '../../support/start-in-process.ts';

it('chats at rest stand as they stood when the engine was stopped', async () => {
  const home = await createBootedHome();
  const engine = await startInProcess(home);
  const { chats } = await engine.chats.list();
  const chatId = chats[0]?.id ?? '';
  await engine.messages.send(chatId, { message: 'hello' });
  await expect.poll(async () => (await engine.chats.get(chatId)).chat.state).toBe('errored');
  const before = await engine.chats.list();
  await engine.stop();

  const after = await (await startInProcess(home)).chats.list();

  expect(after.chats).toEqual(before.chats);
  expect(after.chats[1]).toMatchObject({ state: 'idle', updatedAt: chats[1]?.createdAt });
});

it('a chat that is deleted at rest is never told of as at work', async () => {
  const engine = await startInProcess(await createBootedHome());
  const { chats, lastEventId } = await engine.chats.list();
  const chatId = chats[0]?.id ?? '';

  await engine.chats.remove(chatId);

  const stream = await engine.events.open({ after: lastEventId, partial: false });
  const seen: string[] = [];
  stream.on('data', (part: Buffer) => seen.push(part.toString()));
  await expect.poll(() => seen.join('')).toContain('event: chat.deleted');
  stream.destroy();
  expect(seen.join('')).not.toContain('event: chat.updated');
});
