import { expect, it, vi } from 'vitest';
import { startApp } from '../../support/fake-engine.ts';

it('GET /search answers with the places where the words stand, the first 20 where no limit is given', async () => {
  const found = {
    results: [
      {
        chatId: 'c1',
        title: 'Fix the login',
        eventIndex: 3,
        timestamp: '2026-01-01T12:00:00.000Z',
        kind: 'text',
        excerpt: '…the login fails…',
      },
    ],
    truncated: false,
  };
  const search = vi.fn(async () => found);

  const response = await startApp({ chats: { search } }).request('/search?q=login');

  expect([response.status, await response.json()]).toEqual([200, found]);
  expect(search).toHaveBeenCalledWith({ q: 'login', limit: 20 });
});

it.each([
  ['without words', '/search', 'q'],
  ['for nothing but blanks', '/search?q=%20', 'q'],
  ['for more than 200 characters', `/search?q=${'a'.repeat(201)}`, 'q'],
  ['for no result at all', '/search?q=a&limit=0', 'limit'],
])('a search %s is a 400 that names the field', async (_, path, field) => {
  const response = await startApp().request(path);

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: 'validation_failed',
    error: expect.stringContaining(field),
  });
});
