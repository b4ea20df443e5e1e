import { WorkspaceEnvironmentSchema } from '../../contract/environment.ts';
import type { Engine } from '../engine.ts';
import { route } from '../route.ts';

const WorkspaceEnvironment = WorkspaceEnvironmentSchema.meta({ id: 'WorkspaceEnvironment' });

const EXAMPLE = {
  engineVersion: '0.1.0',
  variables: ['HOME', 'PATH'],
  skills: [{ name: 'review', description: 'Reviews a change.', agent: 'claude', repoName: 'shop' }],
  codingAgents: {
    claude: {
      available: true,
      version: '2.1.332 (Claude Code)',
      authMethod: 'oauth',
      protocol: 'stream-json',
    },
  },
  hooks: [{ hookType: 'repository', hookName: 'shop', kind: 'start' }],
  integrations: { github: true, slack: false, linear: false },
};

export function environmentRoutes({ environment }: Pick<Engine, 'environment'>) {
  return [
    route({
      method: 'GET',
      path: '/environment',
      summary:
        'What the workspace has: agents, skills, hooks, and the names of variables, never their values',
      answers: { 200: { description: 'As it is now.', schema: WorkspaceEnvironment, example: EXAMPLE } },
      handle: () => environment(),
    }),
  ];
}
