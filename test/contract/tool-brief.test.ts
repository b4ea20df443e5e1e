import { expect, test } from 'vitest';
import { askedBrief, subjectOf } from '../../src/contract/tool-brief.ts';

test.each<{ input: unknown; subject: string }>([
  { input: 'ls -la', subject: 'ls -la' },
  { input: { command: ['npm', 'test'], cwd: '/app' }, subject: 'npm test' },
  { input: { command: null, file_path: 'a.txt', content: 'a' }, subject: 'a.txt' },
  { input: { plan: '# Tidy up' }, subject: '# Tidy up' },
  {
    input: { questions: [{ question: 'Which port?', options: [] }, { question: 'Which host?' }] },
    subject: 'Which port? Which host?',
  },
  { input: { changes: [{ path: '/a.md', diff: '+a' }, { path: '/b.md' }] }, subject: '/a.md /b.md' },
  { input: { serverName: 'shop', mode: 'form', message: 'Buy it?' }, subject: 'Buy it?' },
  { input: { unheard: 1 }, subject: '{"unheard":1}' },
  { input: {}, subject: '' },
  { input: null, subject: '' },
])('tells $input as $subject', ({ input, subject }) => {
  expect(subjectOf(input)).toBe(subject);
});

const options = [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }];

test.each<{ tool?: string; input?: unknown; brief: string }>([
  { tool: 'Bash', input: { command: 'npm test' }, brief: 'Bash npm test' },
  {
    tool: 'Bash',
    input: asked({ title: 'Run tests', rawInput: { command: 'npm test' } }),
    brief: 'Bash npm test',
  },
  { tool: 'edit', input: asked({ title: 'Edit a.md' }), brief: 'edit Edit a.md' },
  {
    tool: '`npm test`',
    input: asked({ title: '`npm test`', rawInput: { command: 'npm test' } }),
    brief: '`npm test`',
  },
  { tool: 'Write', input: asked({ title: 'Write', rawInput: {} }), brief: 'Write' },
  { tool: 'Write', input: asked({ title: null }), brief: 'Write' },
  { brief: 'tool' },
])('a permission for $tool with $input is asked as $brief', ({ brief, ...request }) => {
  expect(askedBrief(request)).toBe(brief);
});

/** As agents of the Agent Client Protocol put it. */
function asked(toolCall: object) {
  return { toolCall: { toolCallId: 't', kind: 'execute', ...toolCall }, options };
}
