import { expect, it } from 'vitest';
import { changeAsked } from '../../src/agents/say.ts';

it('reads of a permission what would change, whichever agent asks', () => {
  const changes = [{ path: '/b.md', diff: '@@ -1 +1 @@\n-x\n+y' }];
  const content = [{ type: 'diff', path: '/c.md', oldText: 'x', newText: 'y' }];

  expect([
    changeAsked({ file_path: '/a.md', old_string: 'x', new_string: 'y' }),
    changeAsked({ changes, reason: null }),
    changeAsked({ toolCall: { content } }),
  ]).toEqual(['-x\n+y', '--- /b.md\n@@ -1 +1 @@\n-x\n+y', '--- /c.md\n-x\n+y']);
});

it('takes nothing else for a change', () => {
  const inputs = [null, 'rm -rf /', { command: 'rm -rf /', content: 'harmless' }, { changes: [] }, {}];

  expect(inputs.map(changeAsked)).toEqual([null, null, null, null, null]);
});
