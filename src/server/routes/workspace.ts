import { CanvasItemSchema, CanvasListSchema } from '../../contract/canvas.ts';
import { WorkspaceEnvironmentSchema } from '../../contract/environment.ts';
import { PlanListSchema, PlanParamsSchema, PlanSchema } from '../../contract/plans.ts';
import { PreviewListSchema } from '../../contract/previews.ts';
import type { Engine } from '../engine.ts';
import { ok, READ_REFUSALS, route } from '../route.ts';

const ENVIRONMENT = {
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

export function workspaceRoutes({
  plans,
  canvas,
  previews,
  environment,
}: Pick<Engine, 'plans' | 'canvas' | 'previews' | 'environment'>) {
  return [
    route('GET', '/plans', {
      summary: 'The plans that agents and people wrote, newest first',
      answers: ok('The plans of all sources.', PlanListSchema),
      handle: async () => ({ plans: await plans.list() }),
    }),
    route('GET', '/plans/:filename', {
      summary: 'One plan',
      request: { params: PlanParamsSchema },
      answers: ok('The newest plan of this name.', PlanSchema),
      refusals: ['PLAN_NOT_FOUND'],
      handle: ({ params }) => plans.get(params.filename),
    }),
    route('GET', '/canvas', {
      summary: 'What agents put into `~/.replicas/canvas`, newest first',
      answers: ok('Its items.', CanvasListSchema),
      handle: async () => ({ items: await canvas.list() }),
    }),
    route('GET', '/canvas/:filename', {
      summary: 'One item of the canvas',
      request: { params: PlanParamsSchema },
      answers: ok(
        'Markdown and HTML as `content`, anything else as `base64`; over 5 MiB neither.',
        CanvasItemSchema,
      ),
      refusals: ['CANVAS_ITEM_NOT_FOUND'],
      handle: ({ params }) => canvas.get(params.filename),
    }),
    route('GET', '/previews', {
      summary: 'The ports on which processes of the workspace listen',
      answers: ok('As they are now, by port.', PreviewListSchema),
      refusals: READ_REFUSALS,
      handle: async () => ({ previews: await previews.list() }),
    }),
    route('GET', '/environment', {
      summary:
        'What the workspace has: agents, skills, hooks, and the names of variables, never their values',
      answers: {
        200: { description: 'As it is now.', schema: WorkspaceEnvironmentSchema, example: ENVIRONMENT },
      },
      handle: () => environment(),
    }),
  ];
}
