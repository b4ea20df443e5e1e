/**
 * The private part of a journal line: what the engine needs to go on after a restart. Never leaves the engine.
 */
import { z } from 'zod';
import { BudgetSchema, WorkspaceLimitsSchema } from './budget.ts';
import { ChatSummarySchema, PolicySchema, UsageSchema, UsageTotalSchema } from './chats.ts';
import type { EngineEventBody, EngineEventType } from './events.ts';
import { HookRecordSchema, HookRunSchema, HooksRecordSchema } from './hook-records.ts';
import { EndedTurnSchema, HistorySenderSchema } from './history.ts';
import { ImageSchema, SenderSchema, ThinkingLevelSchema } from './messages.ts';
import { AgentRequestSchema } from './requests.ts';
import { TaskRecordSchema } from './tasks.ts';

/** Text and images of a message: in the line itself, or in a file of its own when they are large. */
export const MessageContentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('inline'), text: z.string() }),
  z.object({ kind: z.literal('file'), file: z.string(), preview: z.string() }),
]);

/** What the file of a large message holds. */
export const StoredContentSchema = z.object({ text: z.string(), images: z.array(ImageSchema) });

/** A message as it was accepted. `turnId` is the uuid under which the agent will know it. */
export const QueuedMessageSchema = z.object({
  messageId: z.string(),
  turnId: z.uuid(),
  digest: z.string(),
  content: MessageContentSchema,
  model: z.string().optional(),
  planMode: z.boolean(),
  goalMode: z.literal(true).optional(),
  fastMode: z.literal(true).optional(),
  thinkingLevel: ThinkingLevelSchema.optional(),
  /** Of the chat as it started. */
  policy: PolicySchema.optional(),
  queuedAt: z.iso.datetime(),
  submittedAt: z.string().optional(),
  /** Of the trace that its turn continues, in the words of W3C Trace Context. */
  traceparent: z.string().optional(),
  sender: SenderSchema.optional(),
  /** It was accepted to be said into a turn that ran. */
  isSteered: z.literal(true).optional(),
});

/** Up to where the agent's own file of a session was known when a turn last began or ended, in bytes. */
export const SessionMarkSchema = z.object({
  sessionId: z.string(),
  offset: z.number().int().nonnegative(),
  /** Lines in it that are known to be damaged. */
  damaged: z.number().int().nonnegative().optional(),
  /** CRC-32 of all up to there; absent when nobody has read it whole. */
  checksum: z.number().int().nonnegative().optional(),
  /** Where it lies, of an agent that tells only then. */
  file: z.string().optional(),
});

/**
 * How a turn reaches its agent, in the driver's own terms, journaled before anything is written to the agent.
 * Only the driver that made it reads more than `runId`, the process it goes to, and `sessionMark`.
 */
export const DeliverySchema = z.looseObject({
  runId: z.string(),
  sessionMark: SessionMarkSchema.optional(),
});

/** Up to where the output of an agent's process is in the journal, in bytes. */
export const PositionSchema = z.object({ runId: z.string(), offset: z.number().int().nonnegative() });

/** A reading of the machine's monotonic clock, good for comparison within one boot of it. */
export const ClockReadingSchema = z.object({ bootId: z.string(), ms: z.number() });

export const TurnRecordSchema = z.object({
  message: QueuedMessageSchema,
  startedAt: z.iso.datetime(),
  clock: ClockReadingSchema.optional(),
  delivery: DeliverySchema,
});

/** A message that was said into the running turn; `isTaken` once it is known to be part of it. */
export const SteeredSchema = z.object({ message: QueuedMessageSchema, isTaken: z.boolean() });

/** What was answered to an accepted message, so that the same message sent again gets the same answer. */
export const ReceiptSchema = z.object({
  messageId: z.string(),
  digest: z.string(),
  position: z.number().int().nonnegative(),
  turnId: z.string().optional(),
});

/** Who was asked about the budget of a chat, or of the workspace in it. */
export const BudgetRecordSchema = z.object({
  /** By how much it is raised; left out: by as much as it is. */
  step: BudgetSchema.optional(),
  asked: z.number().int().nonnegative(),
  request: AgentRequestSchema.optional(),
  /** A person stopped the chat there. */
  isDeclined: z.literal(true).optional(),
  /** The budget of the workspace at which that was; left out: it was at that of the chat. */
  declined: BudgetSchema.optional(),
});

/** Everything known of one chat: the fold of its journal lines. */
export const ChatRecordSchema = z.object({
  chat: ChatSummarySchema,
  policy: PolicySchema,
  clientRequestId: z.string().optional(),
  /** It is called as its agent is, until its first message. */
  isUntitled: z.boolean().optional(),
  sessionId: z.string().nullable(),
  position: PositionSchema.nullable(),
  queue: z.array(QueuedMessageSchema),
  turn: TurnRecordSchema.nullable(),
  /** What the turn has used so far. */
  turnUsage: UsageSchema.optional(),
  interrupting: z.boolean(),
  selfDirected: z.boolean(),
  requests: z.array(AgentRequestSchema),
  sessionMark: SessionMarkSchema.optional(),
  steered: z.array(SteeredSchema).default([]),
  receipts: z.array(ReceiptSchema),
  senders: z.array(HistorySenderSchema).optional(),
  endedTurns: z.array(EndedTurnSchema).optional(),
  tasks: z.array(TaskRecordSchema).optional(),
  budget: BudgetRecordSchema.optional(),
});

/** The private part of a line, by what it adds to the record of the chat or of the hooks. */
export const LineRecordSchema = z.object({
  policy: PolicySchema.optional(),
  isUntitled: z.boolean().optional(),
  budgetStep: BudgetSchema.optional(),
  message: QueuedMessageSchema.optional(),
  delivery: DeliverySchema.optional(),
  startedAt: z.iso.datetime().optional(),
  clock: ClockReadingSchema.optional(),
  endedAt: z.iso.datetime().optional(),
  sessionId: z.string().nullable().optional(),
  sessionMark: SessionMarkSchema.optional(),
  position: PositionSchema.nullable().optional(),
  selfDirected: z.boolean().optional(),
  /** What the agent alone can make of the task that the line is about. */
  taskNote: z.record(z.string(), z.string()).optional(),
  /** Messages that take place `to` in the queue, counted from 0, one after the other. */
  moved: z.array(z.object({ messageId: z.string(), to: z.number().int().nonnegative() })).optional(),
  /** The order of the whole queue, in logs of earlier versions. */
  queue: z.array(z.string()).optional(),
  hooks: z.array(HookRecordSchema).optional(),
  hookRun: HookRunSchema.optional(),
  preparedBoot: z.string().optional(),
});

/** How long the history of a chat was, and with which line of the journal it ended, when all of it was on disk. */
export const HistoryMarkSchema = z.object({
  count: z.number().int().nonnegative(),
  lastId: z.string().nullable(),
});

/** `~/.replicas/engine/chats.json`. The journal above `watermark` is still to be folded in. */
export const ChatsFileSchema = z.object({
  version: z.literal(1),
  watermark: z.string(),
  chats: z.array(ChatRecordSchema),
  histories: z.record(z.string(), HistoryMarkSchema).optional(),
  hooks: HooksRecordSchema.optional(),
  deletedChats: z.array(ChatSummarySchema).optional(),
  /** What chats that are deleted had used, by their agents. */
  deletedUsage: z.record(z.string(), UsageTotalSchema).optional(),
  workspaceLimits: WorkspaceLimitsSchema.optional(),
});

/** `~/.replicas/engine-state.json`: what the last engine of this home was. */
export const EngineStateFileSchema = z.looseObject({
  version: z.literal(1),
  workspaceId: z.string(),
  incarnation: z.string(),
  startedAt: z.iso.datetime(),
  stoppedAt: z.iso.datetime().optional(),
  /** Of its claim of the shared log. */
  epoch: z.number().int().positive().optional(),
});

export type MessageContent = z.infer<typeof MessageContentSchema>;
export type StoredContent = z.infer<typeof StoredContentSchema>;
export type QueuedMessage = z.infer<typeof QueuedMessageSchema>;
export type SessionMark = z.infer<typeof SessionMarkSchema>;
export type Delivery = z.infer<typeof DeliverySchema>;
export type Position = z.infer<typeof PositionSchema>;
export type ClockReading = z.infer<typeof ClockReadingSchema>;
export type TurnRecord = z.infer<typeof TurnRecordSchema>;
export type Steered = z.infer<typeof SteeredSchema>;
export type ChatRecord = z.infer<typeof ChatRecordSchema>;
export type LineRecord = z.infer<typeof LineRecordSchema>;
export type HistoryMark = z.infer<typeof HistoryMarkSchema>;
export type ChatsFile = z.infer<typeof ChatsFileSchema>;
export type EngineStateFile = z.infer<typeof EngineStateFileSchema>;

/** A body together with its private part, as machines emit it. */
export type Recorded<Type extends EngineEventType> = EngineEventBody<Type> & { record?: LineRecord };
