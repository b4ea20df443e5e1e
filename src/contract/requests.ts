import { z } from 'zod';

/** Something an agent asks of whoever watches the chat: may I, which one, shall I carry out this plan. */
export const AgentRequestSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['permission', 'question', 'plan']),
    tool: z.string().optional(),
    input: z.unknown().optional(),
    questions: z.array(z.unknown()).optional(),
    plan: z.string().optional(),
    openedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'AgentRequest' });

export const RequestListSchema = z.object({ requests: z.array(AgentRequestSchema) });
export const RequestParamsSchema = z.object({
  chatId: z.string().min(1).max(200),
  requestId: z.string().min(1).max(200),
});

export const AnswerSchema = z.looseObject({
  decision: z.enum(['allow', 'deny']),
  message: z.string().optional(),
  answers: z.record(z.string(), z.string()).optional(),
  plan: z.string().optional(),
});

/** How a request ended: by an answer, by a newer message, by its time limit, or with its turn. */
export const RequestOutcomeSchema = z.enum(['allowed', 'denied', 'superseded', 'expired', 'withdrawn']);

export type AgentRequest = z.infer<typeof AgentRequestSchema>;
export type Answer = z.infer<typeof AnswerSchema>;
export type RequestOutcome = z.infer<typeof RequestOutcomeSchema>;
