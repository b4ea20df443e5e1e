import { expect, it } from 'vitest';
import type { SearchResults } from '../../src/contract/search.ts';
import { startWorkspace } from '../support/workspace.ts';

it('what was said is found in its chat, where history has it, also after a restart', async () => {
  const { client, chatId, kill, start } = await startWorkspace();
  const stream = await client.follow();
  await stream.waitForEnd(await client.send(chatId, 'Where did I leave the Umbrella?'));

  const { results } = (await client.get<SearchResults>('/search?q=umbrella')).body;
  await kill();
  await start();
  const again = await client.get('/search?q=umbrella&limit=1');
  const history = await client.history(chatId);

  expect(results.map(({ kind, excerpt }) => [kind, excerpt])).toEqual([
    ['text', 'You said: Where did I leave the Umbrella?'],
    ['user', 'Where did I leave the Umbrella?'],
  ]);
  for (const { eventIndex, chatId: place } of results) {
    expect(place).toBe(chatId);
    expect(JSON.stringify(history[eventIndex])).toContain('Umbrella');
  }
  expect(again).toEqual({ status: 200, body: { results: [results[0]], truncated: true } });
  expect((await client.get('/search?q=%20')).body).toMatchObject({ code: 'validation_failed' });
  expect((await client.get('/search?q=x&chatId=none')).body).toMatchObject({ code: 'chat_not_found' });
});
