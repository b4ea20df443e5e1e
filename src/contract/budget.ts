import { z } from 'zod';

const LIMITS = {
  /** Dollars, as far as the agent tells what it cost. */
  usd: z.number().positive().optional(),
  /** All of them: in, out, and those read from and written to a cache. */
  tokens: z.number().int().positive().optional(),
  turns: z.number().int().positive().optional(),
};

/** What a chat, or all of the workspace, may use of models, all turns together, before somebody is asked. */
export const BudgetSchema = z
  .object(LIMITS)
  .refine((budget) => Object.values(budget).some((limit) => limit !== undefined), {
    message: 'names none of usd, tokens and turns',
  })
  .meta({ id: 'Budget' });

export const UsedSchema = z.object({ usd: z.number(), tokens: z.number(), turns: z.number() });

/** What the workspace may use, and by how much that is raised; `step` left out: by as much as it is. */
export const WorkspaceLimitsSchema = z.object({
  budget: BudgetSchema.nullable(),
  step: BudgetSchema.optional(),
});

/** As a whole; null: none any more. */
export const ChangeWorkspaceBudgetSchema = z
  .looseObject({ budget: BudgetSchema.nullable() })
  .meta({ id: 'ChangeWorkspaceBudget' });

/** The budget of the workspace, all of which is used, and when that was seen. */
export interface Spent {
  budget: Budget;
  used: Used;
  at: string;
}

export type WorkspaceLimits = z.infer<typeof WorkspaceLimitsSchema>;
export type Used = z.infer<typeof UsedSchema>;
export type Budget = z.infer<typeof BudgetSchema>;
