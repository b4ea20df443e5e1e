import pc from 'picocolors';
import { expect, it } from 'vitest';
import { briefOf } from '../../src/cli/event-brief.ts';
import type { EngineEvent } from '../../src/contract/events.ts';
import { toolResultBrief } from '../../src/contract/tool-brief.ts';

const STAMP = { id: '000000000007-5f0c2a91', ts: '2026-01-01T12:00:00.250Z' };
const PLACE = { chatId: 'chat', messageId: 'message' };

it.each<[string, Pick<EngineEvent, 'type' | 'payload'>]>([
  [
    'chat.turn.progress chat The model is overloaded.',
    {
      type: 'chat.turn.progress',
      payload: { ...PLACE, progress: { kind: 'retrying', message: 'The model is overloaded.', attempt: 2 } },
    },
  ],
  [
    'chat.usage.changed chat 1,200 tokens, $0.04',
    {
      type: 'chat.usage.changed',
      payload: { ...PLACE, spent: { inputTokens: 200 }, usage: { inputTokens: 1_200, costUsd: 0.042 } },
    },
  ],
  [
    'error agent_error: It failed ␛[31mbadly.',
    { type: 'error', payload: { code: 'agent_error', message: 'It failed\n\u001B[31mbadly.' } },
  ],
  ['budget.changed {"usd":20}', { type: 'budget.changed', payload: { budget: { usd: 20 } } }],
])('an event is one line: %s', (line, event) => {
  const brief = briefOf({ ...STAMP, ...event } as EngineEvent, pc.createColors(false));

  expect(brief).toBe(`${STAMP.id} 12:00:00.250 ${line}`);
});

it.each([
  ['ok (2 lines)', { text: 'ok\nfine\n', isError: false }],
  ['failed: no such file', { text: 'no such file', isError: true }],
  ['done', { text: '', isError: false }],
  ['failed', { text: '\n', isError: true }],
])('the result of a tool is its first words: %s', (brief, result) => {
  expect(toolResultBrief(result)).toBe(brief);
});
