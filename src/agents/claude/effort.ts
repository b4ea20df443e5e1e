import { z } from 'zod';
import type { ThinkingLevel } from '../../contract/messages.ts';

/** How hard the agent thinks, in its own words. */
export const EffortSchema = z.enum(['low', 'medium', 'high', 'xhigh', 'max']);
export type Effort = z.infer<typeof EffortSchema>;

export const DEFAULT_EFFORT = 'high';

/** The nearest effort to what was asked for. */
export function effortOf(level: ThinkingLevel | undefined): Effort {
  if (level === undefined) return DEFAULT_EFFORT;
  return level === 'ultra' || level === 'ultracode' ? 'max' : level;
}
