/** The frames that `codex app-server` prints, and the parts of them that we read. What else they hold is kept. */
import { z } from 'zod';
import { AmountSchema, EpochMsSchema, EpochSecondsSchema } from '../../contract/bounds.ts';
import { IdSchema } from '../json-rpc.ts';

/** One thing in a thread. Its `type` decides what else it has. */
export const ItemSchema = z.looseObject({ type: z.string(), id: z.string() });
export type Item = z.infer<typeof ItemSchema>;

export const PlanItemSchema = z.looseObject({ type: z.literal('plan'), text: z.string().min(1) });

export const ItemParamsSchema = z.looseObject({
  threadId: z.string(),
  turnId: z.string().catch(''),
  item: ItemSchema,
  startedAtMs: EpochMsSchema.optional().catch(undefined),
  completedAtMs: EpochMsSchema.optional().catch(undefined),
});

export const DeltaParamsSchema = z.looseObject({
  threadId: z.string(),
  itemId: z.string(),
  delta: z.string(),
});

const TurnSchema = z.looseObject({
  id: z.string(),
  status: z.string().catch(''),
  error: z.unknown().optional(),
  startedAt: EpochSecondsSchema.nullish().catch(null),
  completedAt: EpochSecondsSchema.nullish().catch(null),
});
export type Turn = z.infer<typeof TurnSchema>;

export const TurnParamsSchema = z.looseObject({ threadId: z.string(), turn: TurnSchema });
export const TurnResultSchema = z.looseObject({ turn: TurnSchema });

/** The answer to `thread/start` and `thread/resume`. */
export const ThreadResultSchema = z.looseObject({
  thread: z.looseObject({ id: z.string(), path: z.string().nullish().catch(null) }),
  model: z.string(),
});

const TurnItemsSchema = z.looseObject({ items: z.array(z.looseObject({ clientId: z.string().nullish() })) });
export const LatestTurnsSchema = z.looseObject({
  initialTurnsPage: z.looseObject({ data: z.array(TurnItemsSchema) }),
});

export const ErrorSchema = z.looseObject({
  message: z.string().catch(''),
  codexErrorInfo: z.unknown().optional(),
  additionalDetails: z.string().nullish().catch(null),
});
export type TurnError = z.infer<typeof ErrorSchema>;

export const ErrorParamsSchema = z.looseObject({
  threadId: z.string(),
  error: ErrorSchema,
  willRetry: z.boolean().catch(false),
});

const TokensSchema = z.looseObject({
  inputTokens: AmountSchema.catch(0),
  cachedInputTokens: AmountSchema.catch(0),
  cacheWriteInputTokens: AmountSchema.catch(0),
  outputTokens: AmountSchema.catch(0),
});
export type Tokens = z.infer<typeof TokensSchema>;

const TokenUsageSchema = z.looseObject({
  last: TokensSchema,
  total: TokensSchema.extend({ totalTokens: AmountSchema.optional() }).optional().catch(undefined),
  modelContextWindow: AmountSchema.positive().optional().catch(undefined),
});
export type TokenUsage = z.infer<typeof TokenUsageSchema>;

export const TokenUsageParamsSchema = z.looseObject({ threadId: z.string(), tokenUsage: TokenUsageSchema });

const RateLimitWindowSchema = z
  .looseObject({ usedPercent: z.number(), resetsAt: EpochSecondsSchema.nullish().catch(undefined) })
  .nullish();

const RateLimitsSchema = z.looseObject({
  primary: RateLimitWindowSchema,
  secondary: RateLimitWindowSchema,
  rateLimitReachedType: z.string().nullish(),
});
export type RateLimits = z.infer<typeof RateLimitsSchema>;

export const RateLimitsParamsSchema = z.looseObject({ rateLimits: RateLimitsSchema });

export const PlanParamsSchema = z.looseObject({
  threadId: z.string(),
  turnId: z.string(),
  explanation: z.string().nullish(),
  plan: z.array(z.unknown()),
});

export const WarningParamsSchema = z.looseObject({ threadId: z.string(), message: z.string() });
export const ConfigWarningParamsSchema = z.looseObject({ summary: z.string() });
export const ResolvedParamsSchema = z.looseObject({ threadId: z.string(), requestId: IdSchema });
export const ThreadIdSchema = z.looseObject({ threadId: z.string() });

export interface OpenItem {
  item: Item;
  threadId: string;
  turnId: string;
  /** What was streamed of it so far. */
  text: string;
  /** Clock time in milliseconds. */
  openedAt: number;
}

/** A login that the server is told, and keeps in memory. */
export type HandedOver =
  | {
      type: 'chatgptAuthTokens';
      accessToken: string;
      chatgptAccountId: string;
      chatgptPlanType: string | null;
    }
  | { type: 'apiKey'; apiKey: string };
