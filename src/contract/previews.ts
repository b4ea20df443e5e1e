import { z } from 'zod';

/** A port on which a process of the workspace listens. */
export const PreviewSchema = z
  .object({
    port: z.number().int().min(1).max(65_535),
    /** Where people reach it. */
    publicUrl: z.string(),
    /** When it was first seen. */
    createdAt: z.iso.datetime(),
    pid: z.number().int().positive(),
    command: z.string(),
    /** The chat whose agent started it; null when somebody else did. */
    chatId: z.string().nullable(),
  })
  .meta({ id: 'Preview' });

export const PreviewListSchema = z.object({ previews: z.array(PreviewSchema) }).meta({ id: 'PreviewList' });

export type Preview = z.infer<typeof PreviewSchema>;
