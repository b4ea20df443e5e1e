import { z } from 'zod';
import { AgentEventSchema } from './agent-event.ts';

/** One page of a chat, in the order things were said. `before` with `beforeCursor` gives the page before. */
export const HistoryPageSchema = z.object({
  threadId: z.string().nullable(),
  codingAgent: z.string(),
  events: z.array(AgentEventSchema),
  total: z.number().int().nonnegative(),
  hasMore: z.boolean(),
  beforeCursor: z.string().nullable(),
  lastEventId: z.string(),
});
