import { z } from 'zod';
import { BudgetSchema } from './budget.ts';
import { UsageTotalSchema } from './chats.ts';

/** What the agents of a workspace have used. */
export const UsageResponseSchema = z
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
    lastEventId: z.string(),
  })
  .meta({ id: 'UsageResponse' });

export type UsageResponse = z.infer<typeof UsageResponseSchema>;
