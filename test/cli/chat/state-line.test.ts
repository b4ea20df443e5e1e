import { expect, it } from 'vitest';
import { stateLine } from '../../../src/cli/chat/state-line.ts';
import type { ChatSummary } from '../../../src/client/client.ts';

const REST = { wantsToLeave: false, isConnected: true, hint: null, activity: null };
const chat = { processing: false, state: 'idle' } as ChatSummary;
const working = { processing: true, state: 'running' } as ChatSummary;

it.each([
  ['a chat at rest', chat, {}, 'Ready'],
  [
    'a running turn',
    working,
    { activity: { startedAt: null, doing: 'Bash ls' } },
    'Bash ls · Ctrl-C interrupts',
  ],
  ['a question, before what the agent does', working, { hint: 'y or n' }, 'y or n'],
  [
    'an engine that is away',
    working,
    { isConnected: false },
    'The engine is away; trying again… Ctrl-C twice leaves.',
  ],
  ['the first Ctrl-C at rest', chat, { wantsToLeave: true }, 'Ctrl-C again leaves; the agent goes on.'],
  [
    'the first Ctrl-C in a turn, also when the engine is away',
    working,
    { wantsToLeave: true, isConnected: false },
    'Interrupting. Ctrl-C again leaves; the agent goes on.',
  ],
])('the line of state tells of %s', (_what, summary, situation, line) => {
  expect(stateLine(summary, { ...REST, ...situation })).toBe(line);
});
