import { z } from 'zod';
import { AgentEventSchema } from './agent-event.ts';
import { UsageSchema } from './chats.ts';
import { TurnOutcomeSchema } from './events.ts';

/** Who sent a message to a chat, as far as that was said. */
export const HistorySenderSchema = z.object({
  senderUserId: z.string().nullable(),
  senderEmail: z.string().nullable(),
  recordedAt: z.iso.datetime(),
});

/** How a turn ended. */
export const EndedTurnSchema = z
  .object({
    messageId: z.string(),
    outcome: TurnOutcomeSchema,
    usage: UsageSchema.optional(),
    durationMs: z.number().nonnegative(),
    endedAt: z.iso.datetime(),
  })
  .meta({ id: 'EndedTurn' });

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
    /** Those that ended last in the chat, whichever page is read, in the order in which they ended. */
    endedTurns: z.array(EndedTurnSchema).optional(),
    lastEventId: z.string(),
  })
  .meta({ id: 'HistoryPage' });

export type EndedTurn = z.infer<typeof EndedTurnSchema>;
export type HistorySender = z.infer<typeof HistorySenderSchema>;
