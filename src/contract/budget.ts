import { z } from 'zod';

const LIMITS = {
  /** Dollars, as far as the agent tells what it cost. */
  usd: z.number().positive().optional(),
  /** All of them: in, out, and those read from and written to a cache. */
  tokens: z.number().int().positive().optional(),
  turns: z.number().int().positive().optional(),
};

/** What a chat may use of models, all its turns together, before somebody is asked. */
export const BudgetSchema = z
  .object(LIMITS)
  .refine((budget) => Object.values(budget).some((limit) => limit !== undefined), {
    message: 'names none of usd, tokens and turns',
  })
  .meta({ id: 'Budget' });

export const UsedSchema = z.object({ usd: z.number(), tokens: z.number(), turns: z.number() });

export type Used = z.infer<typeof UsedSchema>;
export type Budget = z.infer<typeof BudgetSchema>;
