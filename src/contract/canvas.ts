import { z } from 'zod';

/** What a client shows an item as, by the extension of its name. */
export const CanvasKindSchema = z.enum(['markdown', 'html', 'image', 'video', 'audio', 'other']);

export const CanvasItemSummarySchema = z
  .object({
    filename: z.string(),
    kind: CanvasKindSchema,
    sizeBytes: z.number().int().nonnegative(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'CanvasItemSummary' });

export const CanvasListSchema = z
  .object({ items: z.array(CanvasItemSummarySchema) })
  .meta({ id: 'CanvasList' });

/** `content` of markdown and HTML, `base64` of anything else, neither where the item is `tooLarge`. */
export const CanvasItemSchema = CanvasItemSummarySchema.extend({
  mimeType: z.string(),
  content: z.string().optional(),
  base64: z.string().optional(),
  tooLarge: z.literal(true).optional(),
}).meta({ id: 'CanvasItem' });

export type CanvasKind = z.infer<typeof CanvasKindSchema>;
export type CanvasItemSummary = z.infer<typeof CanvasItemSummarySchema>;
export type CanvasItem = z.infer<typeof CanvasItemSchema>;
