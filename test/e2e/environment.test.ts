import { expect, it } from 'vitest';
import { createHookRepository, startHook } from '../support/hook-repositories.ts';
import { startWorkspace } from '../support/workspace.ts';
import { write } from '../workspace/git-fixture.ts';

it('what the workspace has is told, of variables the names alone', async () => {
  const { client } = await startWorkspace({
    environment: { LINEAR_ACCESS_TOKEN: 'never-to-be-shown', CODEX_PATH: '/nonexistent/codex' },
    prepare: async (home) => {
      await createHookRepository(home, 'app', startHook(['true']));
      write(home, { '.claude/skills/review/SKILL.md': '---\ndescription: Reviews.\n---\n' });
      write(home, { '.replicas/warm-hook.sh': 'true' });
    },
  });

  const { status, body } = await client.get('/environment');

  expect(status).toBe(200);
  expect(body).toMatchObject({
    engineVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
    variables: expect.arrayContaining(['HOME', 'LINEAR_ACCESS_TOKEN', 'PATH']),
    skills: [{ name: 'review', description: 'Reviews.', agent: 'claude', repoName: null }],
    codingAgents: {
      claude: {
        available: true,
        version: expect.stringMatching(/^2\.\d+\.\d+/),
        authMethod: 'apiKey',
        protocol: 'stream-json',
      },
      codex: { available: false, version: null, protocol: 'app-server' },
    },
    hooks: [
      { hookType: 'repository', hookName: 'app', kind: 'start' },
      { hookType: 'global', hookName: 'global', kind: 'warm' },
    ],
    integrations: { slack: false, linear: true },
  });
  expect(JSON.stringify(body)).not.toContain('never-to-be-shown');
});
