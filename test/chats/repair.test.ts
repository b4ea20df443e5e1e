import { expect, it } from 'vitest';
import { repairAnswer } from '../../src/chats/repair.ts';

it('repairs every text of an answer and leaves the rest alone', () => {
  const answer = {
    decision: 'allow' as const,
    message: 'a\0',
    answers: { 'Which one?': '\uD800b' },
    plan: '1. \uDC00',
    extra: 1,
  };

  expect(repairAnswer(answer)).toEqual({
    decision: 'allow',
    message: 'a\uFFFD',
    answers: { 'Which one?': '\uFFFDb' },
    plan: '1. \uFFFD',
    extra: 1,
  });
  expect(repairAnswer({ decision: 'deny' })).toEqual({ decision: 'deny' });
});
