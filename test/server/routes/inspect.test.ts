import { expect, it } from 'vitest';
import { EngineError } from '../../../src/errors.ts';
import { startApp } from '../../support/fake-engine.ts';

const { app } = startApp({
  inspector: {
    page: () => ({ body: '<!doctype html>', headers: { 'content-type': 'text/html' } }),
    asset: (version, name) => {
      if (version !== 'v1' || name !== 'main.js') throw new EngineError('NOT_FOUND');
      return { body: 'run()', headers: { 'cache-control': 'immutable' } };
    },
  },
});

it('answers with the page and its files without the secret, with their own headers', async () => {
  const page = await app.request('/inspect');
  expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([
    200,
    'text/html',
    '<!doctype html>',
  ]);
  const asset = await app.request('/inspect/v1/main.js');
  expect([asset.headers.get('cache-control'), await asset.text()]).toEqual(['immutable', 'run()']);
});

it.each(['/inspect/v1/other.js', '/inspect/v2/main.js', '/inspect/v1/..%2f..%2fpackage.json'])(
  'has no other file: %s',
  async (path) => {
    expect((await app.request(path)).status).toBe(404);
  },
);

it('is where the root leads', async () => {
  const response = await app.request('/');
  expect([response.status, response.headers.get('location'), await response.text()]).toEqual([
    302,
    'inspect',
    '',
  ]);
});
