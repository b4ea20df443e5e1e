/** The frames that an ACP agent prints, and the parts of them that we read. What else they hold is kept. */
import { z } from 'zod';
import { AmountSchema } from '../../contract/bounds.ts';
import { IdSchema } from '../json-rpc.ts';

export const UpdateParamsSchema = z.looseObject({
  sessionId: z.string(),
  update: z.looseObject({ sessionUpdate: z.string() }),
});
export type Update = z.infer<typeof UpdateParamsSchema>['update'];

export const ChunkSchema = z.looseObject({
  messageId: z.string().nullish().catch(undefined),
  content: z.looseObject({ type: z.string() }),
});
export type Block = z.infer<typeof ChunkSchema>['content'];

export const ToolSchema = z.looseObject({
  toolCallId: z.string(),
  status: z.string().nullish().catch(undefined),
});

export const CostSchema = z.looseObject({
  cost: z.looseObject({ amount: AmountSchema, currency: z.literal('USD') }),
});

export const CommandsUpdateSchema = z.looseObject({
  availableCommands: z.array(
    z.looseObject({
      name: z.string().min(1),
      description: z.string().catch(''),
      input: z.looseObject({ hint: z.string() }).nullish().catch(null),
    }),
  ),
});

export const ContextSchema = z.looseObject({ used: AmountSchema, size: AmountSchema.positive() });

export const ModeUpdateSchema = z.looseObject({ currentModeId: z.string() });
export const CancelledRequestSchema = z.looseObject({ requestId: IdSchema });

/** The answer to `initialize`. */
export const GreetingSchema = z.looseObject({
  agentCapabilities: z
    .looseObject({
      loadSession: z.boolean().catch(false),
      promptCapabilities: z.looseObject({ image: z.boolean().catch(false) }).catch({ image: false }),
      sessionCapabilities: z.looseObject({ resume: z.unknown().optional() }).catch({}),
    })
    .catch({ loadSession: false, promptCapabilities: { image: false }, sessionCapabilities: {} }),
});

const tokens = AmountSchema.optional().catch(undefined);

/** The answer to `session/prompt`. */
export const PromptResultSchema = z.looseObject({
  stopReason: z.string().catch('end_turn'),
  usage: z
    .looseObject({
      inputTokens: tokens,
      outputTokens: tokens,
      cachedReadTokens: tokens,
      cachedWriteTokens: tokens,
    })
    .optional()
    .catch(undefined),
});

/** What an agent sends with `session/request_permission`. */
export const PermissionSchema = z.looseObject({
  toolCall: z.looseObject({
    toolCallId: z.string(),
    title: z.string().nullish().catch(undefined),
    name: z.string().nullish().catch(undefined),
    kind: z.string().nullish().catch(undefined),
    rawInput: z.unknown().optional(),
  }),
  options: z
    .array(z.looseObject({ optionId: z.string(), name: z.string().catch(''), kind: z.string().catch('') }))
    .catch([]),
});
export type Permission = z.infer<typeof PermissionSchema>;

/** What an agent sends with `elicitation/create` for a form. */
export const ElicitationSchema = z.looseObject({
  mode: z.literal('form'),
  message: z.string().catch(''),
  requestedSchema: z.unknown().optional(),
});
export type Elicitation = z.infer<typeof ElicitationSchema>;
