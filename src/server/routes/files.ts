import { z } from 'zod';
import { CanvasItemSchema, CanvasListSchema } from '../../contract/canvas.ts';
import { PlanListSchema, PlanParamsSchema, PlanSchema } from '../../contract/plans.ts';
import type { Engine } from '../engine.ts';
import { route } from '../route.ts';

const PlanList = PlanListSchema.meta({ id: 'PlanList' });

const CanvasList = CanvasListSchema.meta({ id: 'CanvasList' });

const EXAMPLE = {
  filename: 'report.md',
  kind: 'markdown',
  sizeBytes: 9,
  updatedAt: '2026-01-01T12:00:00.000Z',
  mimeType: 'text/markdown',
  content: '# Report\n',
};

export function fileRoutes({ plans, canvas }: Pick<Engine, 'plans' | 'canvas'>) {
  return [
    route({
      method: 'GET',
      path: '/plans',
      summary: 'The plans that agents and people wrote, newest first',
      answers: { 200: { description: 'The plans of all sources.', schema: PlanList } },
      handle: async () => ({ plans: await plans.list() }),
    }),
    route({
      method: 'GET',
      path: '/plans/:filename',
      summary: 'One plan',
      request: z.object({ params: PlanParamsSchema }),
      answers: { 200: { description: 'The newest plan of this name.', schema: PlanSchema } },
      refusals: ['PLAN_NOT_FOUND'],
      handle: ({ params }) => plans.get(params.filename),
    }),
    route({
      method: 'GET',
      path: '/canvas',
      summary: 'What agents put into `~/.replicas/canvas`, newest first',
      answers: { 200: { description: 'Its items.', schema: CanvasList } },
      handle: async () => ({ items: await canvas.list() }),
    }),
    route({
      method: 'GET',
      path: '/canvas/:filename',
      summary: 'One item of the canvas',
      request: z.object({ params: PlanParamsSchema }),
      answers: {
        200: {
          description: 'Markdown and HTML as `content`, anything else as `base64`; over 5 MiB neither.',
          schema: CanvasItemSchema,
          example: EXAMPLE,
        },
      },
      refusals: ['CANVAS_ITEM_NOT_FOUND'],
      handle: ({ params }) => canvas.get(params.filename),
    }),
  ];
}
