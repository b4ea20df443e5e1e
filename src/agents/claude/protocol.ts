/** The lines Claude Code prints that we read. Whatever else it prints is kept as printed. */
import { z } from 'zod';
import { AmountSchema, EpochMsSchema, EpochSecondsSchema, WaitMsSchema } from '../../contract/bounds.ts';
import { parseJson } from '../../contract/parse-json.ts';

const ToolUseSchema = z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string().catch('') });
const ToolResultSchema = z.object({ type: z.literal('tool_result'), tool_use_id: z.string() });
const BlocksSchema = z.array(z.unknown()).catch([]);

const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const count = z.number().int().nonnegative().optional().catch(undefined);

const PermissionRequestSchema = z.looseObject({
  request_id: z.string(),
  request: z.looseObject({
    subtype: z.literal('can_use_tool'),
    tool_name: z.string(),
    input: z.record(z.string(), z.unknown()).catch({}),
    tool_use_id: z.string().optional(),
  }),
});

const ModelUsageSchema = z.object({
  inputTokens: AmountSchema.catch(0),
  outputTokens: AmountSchema.catch(0),
  cacheReadInputTokens: AmountSchema.catch(0),
  cacheCreationInputTokens: AmountSchema.catch(0),
  costUSD: AmountSchema.catch(0),
  contextWindow: AmountSchema.positive().optional().catch(undefined),
});

const TokensSchema = z.object({
  input_tokens: AmountSchema.catch(0),
  output_tokens: AmountSchema.catch(0),
  cache_read_input_tokens: AmountSchema.catch(0),
  cache_creation_input_tokens: AmountSchema.catch(0),
});

export const ResultSchema = z.object({
  type: z.literal('result'),
  subtype: z.string().catch(''),
  is_error: z.boolean().catch(false),
  terminal_reason: text,
  result: text,
  errors: z.array(z.string()).optional().catch(undefined),
  api_error_status: z.number().nullish().catch(undefined),
  api_error_type: z.string().nullish().catch(undefined),
  user_message_uuid: text,
  user_message_uuids: z.array(z.string()).optional().catch(undefined),
  origin: z.unknown().optional(),
  startup_failure_reason: text,
  total_cost_usd: AmountSchema.optional().catch(undefined),
  usage: TokensSchema.optional().catch(undefined),
  modelUsage: z.record(z.string(), ModelUsageSchema).optional().catch(undefined),
  model_usage_since_last_result: z.record(z.string(), ModelUsageSchema).optional().catch(undefined),
});

/** Why a hook of the user's kept a prompt from the model. */
const PromptOutcomeSchema = z.object({ kind: z.string(), reason: z.string().catch('') });

const PatchSchema = z.object({
  status: text,
  end_time: EpochMsSchema.optional().catch(undefined),
  is_backgrounded: flag,
});

/** What a call of the model begins with. */
const CallStartSchema = z.object({ model: z.string(), usage: TokensSchema });
export type CallStart = z.infer<typeof CallStartSchema>;

const LineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('system'),
    subtype: z.string(),
    state: z.enum(['running', 'requires_action', 'idle']).optional().catch(undefined),
    permissionMode: text,
    tasks: z.array(z.unknown()).optional().catch(undefined),
    error: text,
    content: text,
    prompt_submit_outcome: PromptOutcomeSchema.optional().catch(undefined),
    // about a call of the model that is tried again
    attempt: count,
    max_retries: count,
    retry_delay_ms: WaitMsSchema.optional().catch(undefined),
    error_status: z.number().nullish().catch(undefined),
    // about one of its tasks
    session_id: text,
    task_id: text,
    task_type: text,
    tool_use_id: text,
    description: text,
    is_backgrounded: flag,
    status: text,
    usage: z.object({ total_tokens: AmountSchema }).optional().catch(undefined),
    patch: PatchSchema.optional().catch(undefined),
  }),
  z.object({ type: z.literal('command_lifecycle'), command_uuid: z.string(), state: z.string() }),
  z.object({
    type: z.literal('user'),
    uuid: z.string().optional(),
    isReplay: z.boolean().optional(),
    message: z.object({ content: BlocksSchema }),
  }),
  z.object({
    type: z.literal('assistant'),
    message: z.object({
      content: BlocksSchema,
      model: text,
      usage: TokensSchema.optional().catch(undefined),
    }),
    parent_tool_use_id: z.string().nullish(),
    timestamp: z.string().optional(),
    error: text,
  }),
  ResultSchema,
  z.object({
    type: z.literal('stream_event'),
    parent_tool_use_id: z.string().nullish(),
    event: z
      .object({
        type: z.string(),
        message: CallStartSchema.optional().catch(undefined),
        usage: TokensSchema.optional().catch(undefined),
      })
      .optional()
      .catch(undefined),
  }),
  z.object({ type: z.literal('keep_alive') }),
  z.object({
    type: z.literal('rate_limit_event'),
    rate_limit_info: z.object({
      status: z.string(),
      resetsAt: EpochSecondsSchema.optional().catch(undefined),
      rateLimitType: text,
    }),
  }),
  z.looseObject({ type: z.literal('control_cancel_request'), request_id: z.string() }),
  z.looseObject({
    type: z.literal('control_request'),
    request_id: z.string(),
    request: z.looseObject({ subtype: z.string() }),
  }),
  z.looseObject({
    type: z.literal('control_response'),
    response: z.looseObject({
      subtype: z.string(),
      request_id: z.string(),
      error: text,
      response: z.record(z.string(), z.unknown()).optional().catch(undefined),
      pending_permission_requests: z.array(z.unknown()).optional().catch(undefined),
    }),
  }),
]);

export type KnownLine = z.infer<typeof LineSchema>;
export type LineOf<Type extends KnownLine['type']> = Extract<KnownLine, { type: Type }>;
export type Tokens = z.infer<typeof TokensSchema>;
export type Result = z.infer<typeof ResultSchema>;
export type PermissionRequest = z.infer<typeof PermissionRequestSchema>;

/** One message as printed, and what of it we understand. */
export interface NativeLine {
  type: string;
  payload: Record<string, unknown>;
  known: KnownLine | null;
}

/** `noise`: something else wrote to the agent's standard output. `damaged`: a message was cut, so what follows cannot be trusted. */
export function parseLine(text: string): NativeLine | 'noise' | 'damaged' {
  const payload = parseJson(text);
  if (!isRecord(payload)) return text.trimStart().startsWith('{') ? 'damaged' : 'noise';
  const type = typeof payload['type'] === 'string' ? payload['type'] : 'unknown';
  return { type, payload, known: LineSchema.safeParse(payload).data ?? null };
}

export function toolUsesIn(content: readonly unknown[]): { id: string; name: string }[] {
  return blocksIn(content, 'tool_use').flatMap((block) => ToolUseSchema.safeParse(block).data ?? []);
}

export function toolResultsIn(content: readonly unknown[]): string[] {
  const results = blocksIn(content, 'tool_result');
  return results.flatMap((block) => ToolResultSchema.safeParse(block).data?.tool_use_id ?? []);
}

export function permissionRequestOf(value: unknown): PermissionRequest | null {
  return PermissionRequestSchema.safeParse(value).data ?? null;
}

/** A schema that refuses builds an error each time; most blocks are text. */
function blocksIn(content: readonly unknown[], type: string): unknown[] {
  return content.filter((block) => isRecord(block) && block['type'] === type);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
