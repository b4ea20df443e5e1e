import { z } from 'zod';

/**
 * One thing an agent said, in its own words: the same object in `chat.turn.delta` and in a chat's history.
 * `type` names the agent's dialect (`claude-assistant`, `response_item`, `acp-…`); `payload` is the message as printed, a
 * plain text of a user of Claude Code as the one block of its content.
 */
export const AgentEventSchema = z
  .object({
    timestamp: z.iso.datetime(),
    type: z.string().min(1),
    payload: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AgentEvent' });

export type AgentEvent = z.infer<typeof AgentEventSchema>;
