import { z } from 'zod';
import { BudgetSchema } from './budget.ts';
import { UsageTotalSchema } from './chats.ts';

/** What the agents of a workspace have used. */
export const WorkspaceUsageSchema = z
  .object({
    /** Of all, with what chats had used that are deleted. */
    usage: UsageTotalSchema,
    /** What all may use together; left out: there is no such limit. */
    budget: BudgetSchema.optional(),
    /** The same by agent. */
    providers: z.record(z.string(), UsageTotalSchema),
    chats: z.array(
      z.object({ chatId: z.string(), title: z.string(), provider: z.string(), usage: UsageTotalSchema }),
    ),
  })
  .meta({ id: 'WorkspaceUsage' });

export const UsageResponseSchema = WorkspaceUsageSchema.extend({ lastEventId: z.string() }).meta({
  id: 'UsageResponse',
});

export type WorkspaceUsage = z.infer<typeof WorkspaceUsageSchema>;
export type UsageResponse = z.infer<typeof UsageResponseSchema>;
