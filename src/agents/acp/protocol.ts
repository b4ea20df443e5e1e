/** The frames that an ACP agent prints, and the parts of them that we read. What else they hold is kept. */
import { z } from 'zod';

const ParamsSchema = z.record(z.string(), z.unknown()).catch({});
const IdSchema = z.union([z.string(), z.number()]);
export type RequestId = z.infer<typeof IdSchema>;

const RefusalSchema = z.looseObject({
  code: z.number().catch(0),
  message: z.string().catch(''),
  data: z.unknown().optional(),
});
export type Refusal = z.infer<typeof RefusalSchema>;

const FrameSchema = z.union([
  z
    .looseObject({ method: z.string(), id: IdSchema, params: ParamsSchema })
    .transform(({ method, id, params }) => ({ kind: 'request' as const, method, id, params })),
  z
    .looseObject({ method: z.string(), params: ParamsSchema })
    .transform(({ method, params }) => ({ kind: 'notification' as const, method, params })),
  z
    .looseObject({ id: IdSchema, result: ParamsSchema.optional(), error: RefusalSchema.optional() })
    .transform(({ id, result, error }) => ({
      kind: 'response' as const,
      id,
      result: result ?? {},
      refusal: error ?? null,
    })),
]);

export type Frame = z.infer<typeof FrameSchema>;
export type FrameOf<Kind extends Frame['kind']> = Extract<Frame, { kind: Kind }>;

export type ParsedLine =
  | { kind: 'frame'; frame: Frame }
  /** Not a frame: something else wrote to the standard output. */
  | { kind: 'noise' }
  /** A frame that was cut: what follows cannot be trusted either. */
  | { kind: 'damaged' };

export function parseLine(text: string): ParsedLine {
  const value = parseJson(text);
  if (value === undefined) return { kind: text.trimStart().startsWith('{') ? 'damaged' : 'noise' };
  const { data } = FrameSchema.safeParse(value);
  return data === undefined ? { kind: 'noise' } : { kind: 'frame', frame: data };
}

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
  cost: z.looseObject({ amount: z.number().nonnegative(), currency: z.literal('USD') }),
});

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

const tokens = z.number().nonnegative().optional().catch(undefined);

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
export type PromptResult = z.infer<typeof PromptResultSchema>;

/** What an agent sends with `session/request_permission`. */
export const PermissionSchema = z.looseObject({
  toolCall: z.looseObject({
    toolCallId: z.string(),
    title: z.string().nullish().catch(undefined),
    name: z.string().nullish().catch(undefined),
    kind: z.string().nullish().catch(undefined),
    rawInput: z.unknown().optional(),
  }),
  options: z.array(z.looseObject({ optionId: z.string(), kind: z.string().catch('') })).catch([]),
});
export type Permission = z.infer<typeof PermissionSchema>;

/** What an agent sends with `elicitation/create` for a form. */
export const ElicitationSchema = z.looseObject({
  mode: z.literal('form'),
  message: z.string().catch(''),
  requestedSchema: z.unknown().optional(),
});
export type Elicitation = z.infer<typeof ElicitationSchema>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
