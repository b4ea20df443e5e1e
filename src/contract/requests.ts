import { z } from 'zod';
import { BudgetSchema, UsedSchema } from './budget.ts';
import { ChatParamsSchema } from './chats.ts';

/** What would not be asked again, in words; `offer` is the agent's own, for itself. */
const StandingOfferSchema = z.object({ title: z.string(), offer: z.unknown() });

/**
 * Something an agent asks of whoever watches the chat: may I, which one, shall I carry out this plan. Of kind `budget` it is the
 * engine that asks: all of `budget` is `used`, and nothing runs until it is raised. Left out `expiresAt`: it waits for ever.
 */
export const AgentRequestSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['permission', 'question', 'plan', 'budget']),
    tool: z.string().optional(),
    input: z.unknown().optional(),
    questions: z.array(z.unknown()).optional(),
    plan: z.string().optional(),
    /** Of a permission: what the agent offers to allow from now on, as well. */
    always: StandingOfferSchema.optional(),
    /** Whose budget: that of this chat, or that of all. */
    scope: z.enum(['chat', 'workspace']).optional(),
    budget: BudgetSchema.optional(),
    used: UsedSchema.optional(),
    openedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'AgentRequest' });

/** What agents put into `questions`; more of it is for themselves. */
const QuestionSchema = z
  .object({
    id: z.string().optional().catch(undefined),
    question: z.string(),
    multiSelect: z.boolean().catch(false),
    options: z.array(z.object({ label: z.string(), description: z.string().nullish() })).catch([]),
  })
  .transform(({ id, ...asked }) => ({ key: id ?? asked.question, ...asked }));

export const RequestListSchema = z
  .object({ requests: z.array(AgentRequestSchema) })
  .meta({ id: 'RequestList' });
export const RequestParamsSchema = ChatParamsSchema.extend({ requestId: z.string().min(1).max(200) });

export const AnswerSchema = z
  .looseObject({
    decision: z.enum(['allow', 'deny']),
    /** Takes what the request offers as `always`. */
    always: z.boolean().optional(),
    message: z.string().optional(),
    answers: z.record(z.string(), z.string()).optional(),
    plan: z.string().optional(),
    /** What of a budget is to be another from now on; left out, it is raised by the same amount again. */
    budget: BudgetSchema.optional(),
  })
  .meta({ id: 'Answer' });

/** How a request ended: by an answer, by a newer message, by its time limit, or with its turn. */
export const RequestOutcomeSchema = z.enum(['allowed', 'denied', 'superseded', 'expired', 'withdrawn']);

export type StandingOffer = z.infer<typeof StandingOfferSchema>;
export type AgentRequest = z.infer<typeof AgentRequestSchema>;
export type Answer = z.infer<typeof AnswerSchema>;
export type RequestOutcome = z.infer<typeof RequestOutcomeSchema>;
export type Question = z.infer<typeof QuestionSchema>;

/** The questions of a request, as far as they can be read; an answer goes by the `key` of its question. */
export function questionsOf({ questions = [] }: Pick<AgentRequest, 'questions'>): Question[] {
  return questions.flatMap((question) => QuestionSchema.safeParse(question).data ?? []);
}
