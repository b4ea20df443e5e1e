import { expect, it } from 'vitest';
import type { AgentRequest } from '../../src/contract/requests.ts';
import { toWebhook } from '../../src/control-plane/to-webhook.ts';
import { idOf } from '../journal/open-test-journal.ts';

const AT = '2026-01-01T00:00:00.000Z';

it.each<[string, Partial<AgentRequest>]>([
  ['Which one?', { kind: 'question', questions: [{ question: 'Which\none?' }, { question: 'And why?' }] }],
  ['Mend the login', { kind: 'plan', tool: 'ExitPlanMode', plan: '\n## Mend the login\n\n1. Look' }],
  ['Bash npm test', { kind: 'permission', tool: 'Bash', input: { command: 'npm  test' } }],
  ['tool', { kind: 'permission' }],
  [
    'The budget is used up: 1.5 of 1 dollars, 3 of 3 turns',
    { kind: 'budget', budget: { usd: 1, tokens: 9, turns: 3 }, used: { usd: 1.5, tokens: 8, turns: 3 } },
  ],
  [
    'The budget of the workspace is used up: 9 of 9 tokens',
    { kind: 'budget', scope: 'workspace', budget: { tokens: 9 }, used: { usd: 0, tokens: 9, turns: 3 } },
  ],
  [`Write ${'a'.repeat(113)}…`, { kind: 'permission', tool: 'Write', input: { file_path: 'a'.repeat(500) } }],
])('says in one line what is waited for: %s', async (summary, asked) => {
  const event = await told({ kind: 'permission', ...asked });

  expect(event).toMatchObject({ workspaceId: 'w1', payload: { chatId: 'c1', title: 'Mending', summary } });
});

it('has no title for a chat that is gone', async () => {
  expect(await told({}, () => null)).toMatchObject({ payload: { title: null } });
});

function told(asked: Partial<AgentRequest>, titleOf: () => string | null = () => 'Mending') {
  const request: AgentRequest = { id: 'r1', kind: 'permission', openedAt: AT, expiresAt: AT, ...asked };
  return toWebhook(
    {
      id: idOf(1),
      ts: AT,
      end: true,
      type: 'chat.request.opened',
      payload: { chatId: 'c1', messageId: 'm1', request },
    },
    { workspaceId: 'w1', repos: () => Promise.resolve([]), titleOf },
  );
}
