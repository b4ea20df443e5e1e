import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Skill } from '../contract/environment.ts';
import { readRegularFile } from '../storage/regular-file.ts';
import type { RepositoryFolder } from './find-repositories.ts';
import { attempt } from '../storage/attempt.ts';

/** A longer description of a skill is no such file. */
const SKILL_BYTES = 256 * 1024;

const PLACES = [
  { agent: 'claude', folder: '.claude/skills' },
  { agent: 'codex', folder: '.codex/skills' },
] as const;

/** The skills of the home, then those of the repositories: folders with a `SKILL.md`. */
export function listSkills(home: string, repositories: readonly RepositoryFolder[]): Skill[] {
  const roots = [
    { folder: home, repoName: null },
    ...repositories.map(({ name, folder }) => ({ folder, repoName: name })),
  ];
  return roots.flatMap(({ folder: root, repoName }) =>
    PLACES.flatMap(({ agent, folder }) =>
      attempt(() => readdirSync(join(root, folder)).toSorted(), []).flatMap((name) => {
        const text = readSkill(join(root, folder, name, 'SKILL.md'));
        const description = /^description:[ \t]*(\S.*)$/m.exec(text ?? '')?.[1]?.trim();
        return text === null ? [] : [{ name, ...(description && { description }), agent, repoName }];
      }),
    ),
  );
}

function readSkill(file: string): string | null {
  return attempt(() => readRegularFile(file, { maxBytes: SKILL_BYTES }).toString('utf8'), null);
}
