import { z } from 'zod';
import { PlanListSchema, PlanParamsSchema, PlanSchema } from '../../contract/plans.ts';
import type { Engine } from '../../engine.ts';
import { route } from '../route.ts';

const PlanList = PlanListSchema.meta({ id: 'PlanList' });

export function planRoutes({ plans }: Pick<Engine, 'plans'>) {
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
  ];
}
