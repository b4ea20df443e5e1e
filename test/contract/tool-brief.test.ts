import { expect, test } from 'vitest';
import { subjectOf } from '../../src/contract/tool-brief.ts';

test.each<{ input: unknown; subject: string }>([
  { input: 'ls -la', subject: 'ls -la' },
  { input: { command: ['npm', 'test'], cwd: '/app' }, subject: 'npm test' },
  { input: { command: null, file_path: 'a.txt', content: 'a' }, subject: 'a.txt' },
  { input: { plan: '# Tidy up' }, subject: '# Tidy up' },
  {
    input: { questions: [{ question: 'Which port?', options: [] }, { question: 'Which host?' }] },
    subject: 'Which port? Which host?',
  },
  { input: { unheard: 1 }, subject: '{"unheard":1}' },
  { input: {}, subject: '' },
  { input: null, subject: '' },
])('tells $input as $subject', ({ input, subject }) => {
  expect(subjectOf(input)).toBe(subject);
});
