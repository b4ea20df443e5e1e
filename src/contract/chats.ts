import { z } from 'zod';
import { BudgetSchema } from './budget.ts';
import { ThinkingLevelSchema } from './messages.ts';

/** Where a chat stands. A turn that the agent starts by itself counts as `running`. */
export const ChatStateSchema = z.enum(['idle', 'running', 'interrupting', 'errored']);

/** Who decides when an agent asks for permission: nobody (`bypass`) or whoever answers the request (`ask`). */
export const PolicySchema = z.enum(['bypass', 'ask']);

/**
 * What was used of models. `costUsd` is the agent's own estimate. `contextTokens` are those that the model was given last, of
 * the `contextWindow` that it has, and `model` is the one that was asked last: never a sum.
 */
export const UsageSchema = z
  .looseObject({
    inputTokens: z.number().nonnegative().optional(),
    outputTokens: z.number().nonnegative().optional(),
    cacheReadTokens: z.number().nonnegative().optional(),
    cacheWriteTokens: z.number().nonnegative().optional(),
    costUsd: z.number().nonnegative().optional(),
    contextTokens: z.number().nonnegative().optional(),
    contextWindow: z.number().nonnegative().optional(),
    model: z.string().optional(),
  })
  .meta({ id: 'Usage' });

/** What all turns used together. `durationMs` is the sum of how long they ran, by a clock that does not jump. */
export const UsageTotalSchema = UsageSchema.extend({
  turns: z.number().int().nonnegative().optional(),
  durationMs: z.number().nonnegative().optional(),
}).meta({ id: 'UsageTotal' });

/** Why a turn or an operation failed, for programs (`code`) and for people (`message`). */
export const FailureSchema = z
  .object({ code: z.string().min(1), message: z.string() })
  .meta({ id: 'Failure' });

export const ChatSummarySchema = z
  .object({
    id: z.string(),
    provider: z.string(),
    title: z.string(),
    /** It follows the first message; left out for the agent's name and for what a person chose. */
    titleProvenance: z.literal('auto').optional(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    processing: z.boolean(),
    parentChatId: z.string().nullable(),
    state: ChatStateSchema,
    /** What messages run with that do not say; left out: the agent's default. */
    model: z.string().optional(),
    thinkingLevel: ThinkingLevelSchema.optional(),
    /** Left out: `bypass`. */
    policy: PolicySchema.optional(),
    /** Left out: there is none. */
    budget: BudgetSchema.optional(),
    awaitingInput: z.boolean().optional(),
    lastMessageText: z.string().optional(),
    lastError: FailureSchema.optional(),
    usage: UsageTotalSchema.optional(),
  })
  .meta({ id: 'EngineChatSummary' });

export const CreateChatSchema = z
  .looseObject({
    provider: z.string().min(1).max(100),
    title: z.string().min(1).max(500).optional(),
    id: z.uuid().optional(),
    parentChatId: z.string().min(1).optional(),
    clientRequestId: z.string().min(1).max(200).optional(),
    policy: PolicySchema.optional(),
    budget: BudgetSchema.optional(),
    /** When it began, if that was before the engine. */
    createdAt: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'CreateChat' });

const CHANGES = {
  title: z.string().trim().min(1).max(500).optional(),
  model: z.string().min(1).max(200).nullish(),
  thinkingLevel: ThinkingLevelSchema.nullish(),
  policy: PolicySchema.optional(),
  /** As a whole; null: none any more. */
  budget: BudgetSchema.nullish(),
};

/** What can be changed of a chat, for the messages that start from then on; null is the agent's default. */
export const UpdateChatSchema = z
  .looseObject(CHANGES)
  .refine((change) => Object.keys(CHANGES).some((name) => change[name] !== undefined), {
    path: ['title'],
    message: 'is missing, as are model, thinkingLevel, policy and budget: nothing is to be changed',
  })
  .meta({ id: 'UpdateChat' });

export const ChatListQuerySchema = z.looseObject({ parentChatId: z.string().min(1).max(200).optional() });

export const ChatParamsSchema = z.object({ chatId: z.string().min(1).max(200) });

export const ChatResponseSchema = z.object({ chat: ChatSummarySchema }).meta({ id: 'ChatResponse' });
export const ChatSnapshotSchema = z
  .object({ chat: ChatSummarySchema, lastEventId: z.string() })
  .meta({ id: 'ChatSnapshot' });
export const ChatListSchema = z
  .object({
    chats: z.array(ChatSummarySchema),
    /** Those that were deleted last, the latest first; left out when there are none. */
    deletedChats: z.array(ChatSummarySchema).optional(),
    lastEventId: z.string(),
  })
  .meta({ id: 'ChatList' });
export const SuccessSchema = z.object({ success: z.literal(true) }).meta({ id: 'Success' });

export type ChatState = z.infer<typeof ChatStateSchema>;
export type Policy = z.infer<typeof PolicySchema>;
export type Usage = z.infer<typeof UsageSchema>;
export type UsageTotal = z.infer<typeof UsageTotalSchema>;
export type Failure = z.infer<typeof FailureSchema>;
export type ChatSummary = z.infer<typeof ChatSummarySchema>;
export type UpdateChat = z.infer<typeof UpdateChatSchema>;
export type ChatList = z.infer<typeof ChatListSchema>;
export type ChatChange = Partial<Pick<UpdateChat, keyof typeof CHANGES>>;
export type CreateChat = z.infer<typeof CreateChatSchema>;
