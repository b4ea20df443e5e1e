import { z } from 'zod';
import { BudgetSchema } from './budget.ts';
import { AgentEventSchema } from './agent-event.ts';
import { CanvasItemSummarySchema } from './canvas.ts';
import { ChatSummarySchema, FailureSchema, UsageSchema, UsageTotalSchema } from './chats.ts';
import { CredentialProviderSchema, CredentialStateSchema } from './credentials.ts';
import { HooksProgressSchema } from './hooks.ts';
import { SenderSchema } from './messages.ts';
import { PlanSummarySchema } from './plans.ts';
import { PreviewListSchema } from './previews.ts';
import { RepoSchema } from './repos.ts';
import { AgentRequestSchema, RequestOutcomeSchema } from './requests.ts';
import { BootSchema, EngineStatusSchema } from './status.ts';
import { TaskSchema } from './tasks.ts';

/** How a turn ended. `lost`: engine and agent died together and nothing proves that the turn never started. */
export const TurnOutcomeSchema = z.enum(['completed', 'interrupted', 'errored', 'lost']);

/** Why a running turn waits: the model's API is asked again, or accepts nothing for now. No failure yet. */
export const TurnProgressSchema = z
  .object({
    kind: z.enum(['retrying', 'rateLimited']),
    message: z.string(),
    attempt: z.number().int().nonnegative().optional(),
    attemptsMax: z.number().int().nonnegative().optional(),
    /** When it is tried again, or when the limit ends. */
    until: z.iso.datetime().optional(),
  })
  .meta({ id: 'TurnProgress' });

/** What became of a file. */
const FileChangeSchema = z.enum(['written', 'removed']);

/** Why an accepted message never started. */
export const DropReasonSchema = z.enum(['deleted', 'cleared', 'interrupted', 'chatDeleted']);

const chatId = z.string();
const messageId = z.string();
/** The message whose turn this one was said into; left out for a turn of its own. */
const steers = z.string().optional();
const repos = z.object({ repos: z.array(RepoSchema) });

export const EngineReadySchema = z.object({ version: z.literal('v1') });

/** How the turn of a message ended. */
export const TurnEndSchema = z.object({
  chatId,
  messageId,
  isComplete: z.boolean(),
  outcome: TurnOutcomeSchema,
  error: FailureSchema.optional(),
  usage: UsageSchema.optional(),
  durationMs: z.number().nonnegative(),
  steers,
});

/** An agent waits for somebody. */
export const RequestOpenedSchema = z.object({
  chatId,
  messageId: z.string().nullable(),
  request: AgentRequestSchema,
});

/** It does not wait any more. */
export const RequestClosedSchema = z.object({ chatId, requestId: z.string(), outcome: RequestOutcomeSchema });

/** What went wrong: `code` for programs, `message` for people. */
export const TroubleSchema = z
  .object({
    code: z.string(),
    message: z.string(),
    details: z.string().optional(),
    context: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ examples: [{ code: 'file_damaged', message: 'chats.json was damaged and was set aside.' }] });

/** Everything the engine may say on `GET /events`, in `events.jsonl` and to the control plane. */
export const EngineEventSchema = z
  .discriminatedUnion('type', [
    eventOf('engine.ready', EngineReadySchema),
    eventOf('engine.status.changed', z.object({ status: EngineStatusSchema })),
    eventOf('repo.discovered', repos),
    eventOf('repo.status.changed', repos),
    eventOf('chat.created', z.object({ chat: ChatSummarySchema, clientRequestId: z.string().optional() })),
    eventOf('chat.updated', z.object({ chat: ChatSummarySchema })),
    eventOf('chat.deleted', z.object({ chatId })),
    eventOf(
      'chat.turn.accepted',
      z.object({
        chatId,
        messageId,
        queued: z.boolean(),
        position: z.number().int().nonnegative(),
        steers,
        submittedAt: z.string().optional(),
        ...SenderSchema.shape,
      }),
    ),
    eventOf('chat.turn.started', z.object({ chatId, messageId, steers })),
    eventOf(
      'chat.turn.delta',
      z.object({ chatId, messageId: z.string().nullable(), event: AgentEventSchema }),
    ),
    eventOf(
      'chat.turn.partial',
      z.object({ chatId, messageId: z.string().nullable(), event: AgentEventSchema }),
    ),
    eventOf(
      'chat.turn.progress',
      z.object({ chatId, messageId: z.string().nullable(), progress: TurnProgressSchema }),
    ),
    eventOf(
      'chat.usage.changed',
      z.object({
        chatId,
        /** Null for what the agent does by itself. */
        messageId: z.string().nullable(),
        /** Since it was last told. */
        spent: UsageSchema,
        /** The chat's, with it. */
        usage: UsageTotalSchema,
      }),
    ),
    eventOf('chat.turn.completed', TurnEndSchema),
    eventOf('chat.interrupted', z.object({ chatId, interrupted: z.boolean(), queue: z.array(z.string()) })),
    eventOf('chat.message.dropped', z.object({ chatId, messageId, reason: DropReasonSchema })),
    eventOf('chat.request.opened', RequestOpenedSchema),
    eventOf('chat.request.closed', RequestClosedSchema),
    eventOf('chat.task.changed', z.object({ chatId, task: TaskSchema })),
    eventOf('hooks.started', HooksProgressSchema),
    eventOf('hooks.progress', HooksProgressSchema),
    eventOf('hooks.completed', HooksProgressSchema),
    eventOf('hooks.failed', HooksProgressSchema),
    eventOf('hooks.status', HooksProgressSchema),
    eventOf('boot.changed', BootSchema.omit({ since: true })),
    eventOf(
      'credentials.changed',
      z.object({ provider: CredentialProviderSchema, state: CredentialStateSchema }),
    ),
    eventOf('budget.changed', z.object({ budget: BudgetSchema.nullable() })),
    eventOf('plan.changed', z.object({ plan: PlanSummarySchema, change: FileChangeSchema })),
    eventOf('canvas.changed', z.object({ item: CanvasItemSummarySchema, change: FileChangeSchema })),
    eventOf('preview.changed', PreviewListSchema),
    eventOf(
      'stream.reset',
      z.object({
        reason: z.enum(['expired', 'unknown', 'malformed', 'damaged']),
        oldestId: z.string(),
        latestId: z.string(),
      }),
    ),
    eventOf('error', TroubleSchema),
  ])
  .meta({ id: 'EngineEvent' });

/** Types of live frames that are never stored: they carry no id of their own. */
export const EPHEMERAL_EVENT_TYPES = ['chat.turn.partial', 'stream.reset'] as const;

export type EngineEvent = z.infer<typeof EngineEventSchema>;
export type EngineEventType = EngineEvent['type'];
export type TurnOutcome = z.infer<typeof TurnOutcomeSchema>;
export type TurnProgress = z.infer<typeof TurnProgressSchema>;
export type DropReason = z.infer<typeof DropReasonSchema>;

/** An event as its author writes it; the journal adds `id` and `ts`. */
export type EngineEventBody<Type extends EngineEventType = EngineEventType> = BodyOf<
  Extract<EngineEvent, { type: Type }>
>;

type BodyOf<Event> = Event extends EngineEvent ? Pick<Event, 'type' | 'payload'> : never;

/** The envelope of every event, around a payload. */
export function eventOf<Type extends string, Payload extends z.ZodType>(type: Type, payload: Payload) {
  return z.object({ id: z.string(), ts: z.iso.datetime(), type: z.literal(type), payload });
}
