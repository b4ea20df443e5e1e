import { expect, it } from 'vitest';
import { waitingOf } from '../../../src/agents/claude/outcome.ts';
import { NOW, replay } from './replay.ts';

it('is told when the model is asked again, which try it is, and when it comes', () => {
  const { steps } = replay('api-529-retry');
  expect(steps.flatMap(({ progress }) => progress ?? [])[0]).toEqual({
    kind: 'retrying',
    message: 'The model could not be reached (overloaded, 529); it is tried again.',
    attempt: 1,
    attemptsMax: 10,
    until: '2026-11-22T12:00:00.552Z',
  });
});

it.each([
  ['allowed', undefined],
  ['allowed_warning', 'The rate limit five_hour is nearly reached.'],
  ['rejected', 'The rate limit five_hour is reached.'],
])('tells of a rate limit that is %s: %s', (status, message) => {
  const info = { status, resetsAt: 1_795_348_800, rateLimitType: 'five_hour' };
  const told = waitingOf({ type: 'rate_limit_event', rate_limit_info: info }, NOW);
  const until = '2026-11-22T12:00:00.000Z';
  expect(told).toEqual(message === undefined ? null : { kind: 'rateLimited', message, until });
});
