import { z } from 'zod';

export const PlanSummarySchema = z
  .object({
    filename: z.string(),
    source: z.enum(['claude', 'replicas']),
    sizeBytes: z.number().int().nonnegative(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'PlanSummary' });

export const PlanListSchema = z.object({ plans: z.array(PlanSummarySchema) });
export const PlanSchema = PlanSummarySchema.extend({ content: z.string() });
export const PlanParamsSchema = z.object({ filename: z.string().min(1).max(255) });
