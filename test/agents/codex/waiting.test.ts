import { expect, it } from 'vitest';
import { limitedBy, retrying } from '../../../src/agents/codex/outcome.ts';

it('tells which try it is, when Codex does', () => {
  expect(retrying('Reconnecting... 2/5')).toEqual({
    kind: 'retrying',
    message: 'Reconnecting... 2/5',
    attempt: 2,
    attemptsMax: 5,
  });
  expect(retrying('Trying again')).toEqual({ kind: 'retrying', message: 'Trying again' });
});

it.each([
  [{ primary: null, secondary: null }, null],
  [{ primary: { usedPercent: 99 } }, null],
  [{ primary: { usedPercent: 100, resetsAt: 1_795_348_800 } }, '2026-11-22T12:00:00.000Z'],
  [{ secondary: { usedPercent: 100, resetsAt: null }, rateLimitReachedType: 'x' }, undefined],
])('tells of rate limits %j that they are reached, and until when', (rateLimits, until) => {
  const told = limitedBy({ primary: null, secondary: null, ...rateLimits });
  const message = 'The rate limit of the account is reached.';
  expect(told).toEqual(until === null ? null : { kind: 'rateLimited', message, ...(until && { until }) });
});
