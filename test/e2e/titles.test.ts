import { expect, it } from 'vitest';
import type { ChatSummary } from '../../src/contract/chats.ts';
import { EngineClient } from '../../src/client/client.ts';
import { startWorkspace } from '../support/workspace.ts';

it('a chat is called after its first message until somebody names it, also after a restart', async () => {
  const { client, chatId, kill, start, environment } = await startWorkspace();
  const calls = new EngineClient({ url: client.url, secret: environment['REPLICAS_ENGINE_SECRET'] ?? '' });
  const named = await calls.chats.create({
    provider: 'claude',
    title: 'Mine',
    createdAt: '2020-01-01T00:00:00.000Z',
  });
  const unnamed = [
    await calls.chats.create({ provider: 'claude' }),
    await calls.chats.create({ provider: 'claude' }),
  ];
  const stream = await client.follow({ types: ['chat.updated'] });
  const titleOf = async (id: string) => {
    const { title, titleProvenance } = await client.chat(id);
    return [title, titleProvenance];
  };

  await client.send(chatId, 'Fix the login\nIt fails.');
  await client.send(named.id, 'Something else');
  await stream.waitFor((event) => isTitled(event, 'Fix the login'));
  const before = [await titleOf(chatId), await titleOf(named.id)];
  const ofUnnamed = await Promise.all(unnamed.map(({ id }) => titleOf(id)));
  const renamed = await calls.chats.update(chatId, { title: ' Login ' });
  const settings = { model: 'claude-haiku-5-5', thinkingLevel: 'low', policy: 'ask' } as const;
  await calls.chats.update(named.id, settings);
  await calls.chats.delete(unnamed[0]!.id);
  await stream.waitFor((event) => isTitled(event, 'Login'));
  await kill();
  await start();
  const { chats, deletedChats } = await calls.chats.list();

  expect(before).toEqual([
    ['Fix the login', 'auto'],
    ['Mine', undefined],
  ]);
  expect(ofUnnamed).toEqual([
    ['Claude Code 2', undefined],
    ['Claude Code 3', undefined],
  ]);
  expect(renamed).toMatchObject({ id: chatId, title: 'Login' });
  expect(await titleOf(chatId)).toEqual(['Login', undefined]);
  expect(chats[0]).toMatchObject({ id: named.id, createdAt: '2020-01-01T00:00:00.000Z', ...settings });
  expect(deletedChats).toMatchObject([{ id: unnamed[0]!.id, title: 'Claude Code 2', state: 'idle' }]);
  await expect(calls.chats.update(chatId, {})).rejects.toMatchObject({ code: 'validation_failed' });
  await expect(calls.chats.update('none', { title: 'x' })).rejects.toMatchObject({ code: 'chat_not_found' });
});

function isTitled(event: { type: string; payload: object }, title: string): boolean {
  return 'chat' in event.payload && (event.payload.chat as ChatSummary).title === title;
}
