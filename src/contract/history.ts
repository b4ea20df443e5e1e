import { z } from 'zod';
import { AgentEventSchema } from './agent-event.ts';

/** Who sent a message to a chat, as far as that was said. */
export const HistorySenderSchema = z.object({
  senderUserId: z.string().nullable(),
  senderEmail: z.string().nullable(),
  recordedAt: z.iso.datetime(),
});

/** One page of a chat, in the order things were said. `before` with `beforeCursor` gives the page before. */
export const HistoryPageSchema = z
  .object({
    threadId: z.string().nullable(),
    codingAgent: z.string(),
    events: z.array(AgentEventSchema),
    total: z.number().int().nonnegative(),
    hasMore: z.boolean(),
    beforeCursor: z.string().nullable(),
    /** Those of the last messages that named theirs, in the order they came. */
    senders: z.array(HistorySenderSchema).optional(),
    lastEventId: z.string(),
  })
  .meta({ id: 'HistoryPage' });

export type HistorySender = z.infer<typeof HistorySenderSchema>;
