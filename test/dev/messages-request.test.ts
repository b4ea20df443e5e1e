import { expect, it } from 'vitest';
import { latestPrompt, promptsOf, resultsSincePrompt } from '../../src/dev/messages-request.ts';

const REMINDER = { type: 'text', text: '<system-reminder>\nToday is a good day.\n</system-reminder>' };

const CONVERSATION = {
  model: 'claude',
  messages: [
    { role: 'user', content: [REMINDER, { type: 'text', text: 'first' }] },
    { role: 'system', content: '# Environment' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'Bash', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'one' }] },
    { role: 'assistant', content: [{ type: 'text', text: 'done' }] },
    { role: 'user', content: 'second' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 't2', name: 'Read', input: {} }] },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 't2',
          content: [{ type: 'text', text: 'no such file' }],
          is_error: true,
        },
        REMINDER,
      ],
    },
  ],
};

it('takes for a prompt what the user said, not what the agent added', () => {
  expect(promptsOf(CONVERSATION)).toEqual(['first', 'second']);
  expect(latestPrompt(CONVERSATION)).toBe('second');
});

it('counts the tool results since the latest prompt only', () => {
  expect(resultsSincePrompt(CONVERSATION)).toEqual([{ text: 'no such file', isError: true }]);
});

it('takes a prompt after an interruption for a new one', () => {
  const interruption = { type: 'text', text: '[Request interrupted by user for tool use]' };
  const messages = [
    ...CONVERSATION.messages,
    { role: 'user', content: [interruption, { type: 'text', text: 'third' }] },
  ];
  expect(latestPrompt({ model: 'claude', messages })).toBe('third');
  expect(resultsSincePrompt({ model: 'claude', messages })).toEqual([]);
});
