import { z } from 'zod';

export const PlanSummarySchema = z
  .object({
    filename: z.string(),
    source: z.enum(['claude', 'replicas']),
    sizeBytes: z.number().int().nonnegative(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'PlanSummary' });

export const PlanListSchema = z.object({ plans: z.array(PlanSummarySchema) }).meta({ id: 'PlanList' });
/** `truncated` when the file is longer than what is shown of it. */
export const PlanSchema = PlanSummarySchema.extend({
  content: z.string(),
  truncated: z.boolean().optional(),
}).meta({ id: 'Plan' });
export const PlanParamsSchema = z.object({ filename: z.string() });

export type PlanSummary = z.infer<typeof PlanSummarySchema>;
export type Plan = z.infer<typeof PlanSchema>;
