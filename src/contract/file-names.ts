import { z } from 'zod';

export const FileQuerySchema = z.looseObject({
  q: z.string().max(200).default('').meta({ description: 'Letters of the path, in their order.' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** Paths from `~/workspaces`. `truncated` when there may be more: the limit or the time for it was reached. */
export const FileNamesSchema = z
  .object({ files: z.array(z.string()), truncated: z.boolean() })
  .meta({ id: 'FileNames' });

export type FileQuery = z.infer<typeof FileQuerySchema>;
export type FileNames = z.infer<typeof FileNamesSchema>;
