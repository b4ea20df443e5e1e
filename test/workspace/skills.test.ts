import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listSkills } from '../../src/workspace/skills.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { write } from './git-fixture.ts';

it('skills are the folders with a SKILL.md, of the home and of each repository', async () => {
  const home = await temporaryFolder();
  const folder = join(home, 'workspaces', 'app');
  write(home, {
    '.claude/skills/review/SKILL.md': '---\nname: review\ndescription: Reviews a change.\n---\n',
    '.claude/skills/notes.md': 'none',
    '.codex/skills/plain/SKILL.md': 'No front matter.',
  });
  write(folder, { '.claude/skills/ship/SKILL.md': '---\ndescription:\n---\n' });
  mkdirSync(join(home, '.claude/skills/pipe'));
  execFileSync('mkfifo', [join(home, '.claude/skills/pipe/SKILL.md')]);

  expect(listSkills(home, [{ name: 'app', folder }])).toEqual([
    { name: 'review', description: 'Reviews a change.', agent: 'claude', repoName: null },
    { name: 'plain', agent: 'codex', repoName: null },
    { name: 'ship', agent: 'claude', repoName: 'app' },
  ]);
  expect(listSkills(join(home, 'nowhere'), [])).toEqual([]);
});
