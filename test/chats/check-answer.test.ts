import { expect, it } from 'vitest';
import { checkAnswer } from '../../src/chats/check-answer.ts';
import type { AgentRequest } from '../../src/contract/requests.ts';

const AT = '2026-01-01T00:00:00.000Z';
const ONCE: AgentRequest = { id: 'r', kind: 'permission', openedAt: AT, expiresAt: AT };
const ALWAYS = { ...ONCE, always: { title: 'all', offer: 1 } };
const CHAT = { provider: 'claude' };

it('an answer holds for ever only where that is offered, and only when it allows', () => {
  checkAnswer({ decision: 'allow', always: true }, ALWAYS, CHAT);
  checkAnswer({ decision: 'allow' }, ALWAYS, CHAT);
  checkAnswer({ decision: 'deny', always: false }, ONCE, CHAT);

  const message =
    'The agent "claude" does not support a lasting answer to this request; answer without `always`.';
  expect(() => checkAnswer({ decision: 'allow', always: true }, ONCE, CHAT)).toThrow(message);
  expect(() => checkAnswer({ decision: 'deny', always: true }, ALWAYS, CHAT)).toThrow(message);
});
