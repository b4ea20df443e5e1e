import { afterEach, expect, it, vi } from 'vitest';
import { rememberedSecret } from '../../../src/inspector/page/session.ts';

afterEach(() => vi.unstubAllGlobals());

it.each([
  ['#secret=abc', 'abc'],
  ['#secret=a+b/c==', 'a+b/c=='],
  ['#secret=a%2Bb%20c', 'a+b c'],
  ['', null],
])('the link %s brings the secret %s, which no longer stands in the address', (hash, secret) => {
  const kept = new Map<string, string>();
  const replaceState = vi.fn();
  vi.stubGlobal('location', { hash, pathname: '/inspect' });
  vi.stubGlobal('history', { replaceState });
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });

  expect(rememberedSecret()).toBe(secret);
  expect(replaceState.mock.calls).toEqual(secret === null ? [] : [[null, '', '/inspect']]);
});
