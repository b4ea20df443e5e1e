import { z } from 'zod';

export const ThinkingLevelSchema = z.enum(['low', 'medium', 'high', 'max', 'xhigh', 'ultra', 'ultracode']);

const IMAGE_MEDIA_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;

export const ImageSchema = z
  .object({
    type: z.literal('image'),
    source: z.discriminatedUnion('type', [
      z.object({ type: z.literal('base64'), media_type: z.enum(IMAGE_MEDIA_TYPES), data: z.base64().min(1) }),
      z.object({ type: z.literal('url'), url: z.url() }),
    ]),
  })
  .meta({ id: 'Image' });

/** Who says something, and when they did. */
export const SenderSchema = z.object({
  senderUserId: z.string().max(500).optional(),
  senderEmail: z.string().max(500).optional(),
  senderDisplayName: z.string().max(500).optional(),
});

const submittedAt = z.iso.datetime({ offset: true }).optional();

export const SendMessageSchema = z
  .looseObject({
    message: z.string(),
    messageId: z.string().min(1).max(200).optional(),
    model: z.string().min(1).max(200).optional(),
    images: z.array(ImageSchema).max(100).optional(),
    planMode: z.boolean().optional(),
    goalMode: z.boolean().optional(),
    fastMode: z.boolean().optional(),
    submittedAt,
    ...SenderSchema.shape,
    thinkingLevel: ThinkingLevelSchema.optional(),
  })
  .refine(({ message, images }) => message.trim() !== '' || (images?.length ?? 0) > 0, {
    path: ['message'],
    message: 'may be empty only when images are sent',
  })
  .meta({ id: 'SendMessage' });

/** The trace that a message belongs to, by W3C Trace Context; what is none begins a new one. */
export const TraceHeadersSchema = z.looseObject({
  traceparent: z
    .string()
    .optional()
    .meta({ description: 'The trace that the turn continues, by W3C Trace Context.' }),
});

/** Said into the running turn, so it has that turn's model, mode and thinking level. */
export const SteerSchema = z
  .looseObject({
    message: z.string().refine((text) => text.trim() !== '', 'may not be empty'),
    messageId: z.string().min(1).max(200).optional(),
    submittedAt,
    ...SenderSchema.shape,
  })
  .meta({ id: 'Steer' });

/** `position` 0 runs now, or as soon as turns may start; n waits behind n others, the running one included. */
export const MessageReceiptSchema = z
  .object({
    messageId: z.string(),
    queued: z.boolean(),
    position: z.number().int().nonnegative(),
  })
  .meta({ id: 'MessageReceipt' });

/** What becomes of the shells and monitors that run beside the turns. */
const BackgroundSchema = z.enum(['keep', 'stop']);

export const InterruptQuerySchema = z.looseObject({
  queue: z.enum(['keep', 'clear']).optional(),
  background: BackgroundSchema.optional(),
});
export const InterruptReceiptSchema = z
  .object({
    interrupted: z.boolean(),
    queue: z.array(z.string()),
    background: BackgroundSchema.default('keep'),
  })
  .meta({ id: 'InterruptReceipt' });

export const QueueItemSchema = z.object({
  id: z.string(),
  message: z.string(),
  queuedAt: z.iso.datetime(),
  ...SenderSchema.shape,
});
export const QueueSchema = z
  .object({
    chatId: z.string(),
    processing: z.boolean(),
    queue: z.array(QueueItemSchema),
  })
  .meta({ id: 'Queue' });
export const QueueMutationSchema = z
  .object({ success: z.literal(true), queue: z.array(QueueItemSchema) })
  .meta({ id: 'QueueMutation' });
export const QueuedMessageParamsSchema = z.object({
  chatId: z.string().min(1).max(200),
  messageId: z.string().min(1).max(200),
});
export const ReorderQueueSchema = z
  .looseObject({
    messageId: z.string().min(1).max(200),
    position: z.number().int().nonnegative(),
  })
  .meta({ id: 'ReorderQueue' });

export const HistoryQuerySchema = z.looseObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  offset: z.coerce.number().int().min(0).default(0),
  before: z.string().min(1).max(100).optional(),
});

export type Sender = z.infer<typeof SenderSchema>;
export type ThinkingLevel = z.infer<typeof ThinkingLevelSchema>;
export type Image = z.infer<typeof ImageSchema>;
export type SendMessage = z.infer<typeof SendMessageSchema>;
/** With the trace that it came with. */
export type SentMessage = SendMessage & { traceparent?: string | undefined };
export type Steer = z.infer<typeof SteerSchema>;
export type MessageReceipt = z.infer<typeof MessageReceiptSchema>;
export interface Interrupt {
  clearQueue: boolean;
  background?: z.infer<typeof BackgroundSchema> | undefined;
}
export type InterruptReceipt = z.infer<typeof InterruptReceiptSchema>;
export type QueueItem = z.infer<typeof QueueItemSchema>;
export type HistoryQuery = z.infer<typeof HistoryQuerySchema>;
