import { expect, it } from 'vitest';
import { retryAfter } from '../../src/control-plane/retry-after.ts';

const NOON = Date.parse('2026-01-01T12:00:00Z');

it.each([
  ['seconds', { 'retry-after': '7' }, 7_000],
  ['a date', { 'retry-after': 'Thu, 01 Jan 2026 12:00:30 GMT' }, 30_000],
  [
    'a date of a clock that is an hour ahead',
    { 'retry-after': 'Thu, 01 Jan 2026 13:00:30 GMT', date: 'Thu, 01 Jan 2026 13:00:00 GMT' },
    30_000,
  ],
  ['a date that is over', { 'retry-after': 'Thu, 01 Jan 2026 11:00:00 GMT' }, 0],
  ['longer than an hour', { 'retry-after': '999999' }, 3_600_000],
  ['nothing', {}, undefined],
  ['nonsense', { 'retry-after': 'soon' }, undefined],
])('reads %s', (_, headers, wait) => {
  expect(retryAfter(new Headers(headers as Record<string, string>), NOON)).toBe(wait);
});
