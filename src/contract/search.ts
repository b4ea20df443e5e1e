import { z } from 'zod';

export const SearchQuerySchema = z.looseObject({
  q: z
    .string()
    .max(200)
    .refine((text) => text.trim() !== '', 'may not be empty'),
  chatId: z.string().min(1).max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** A place in a history where the words stand. */
export const SearchResultSchema = z
  .object({
    chatId: z.string(),
    title: z.string(),
    /** Which event of the chat's history it is, counted from 0. */
    eventIndex: z.number().int().nonnegative(),
    timestamp: z.string(),
    /** Who says it, or what it is: `user`, `text`, `thinking`, `tool`, `result`, `notice`. */
    kind: z.string(),
    excerpt: z.string(),
  })
  .meta({ id: 'SearchResult' });

/** `truncated` when there may be more: the limit or the time for it was reached. */
export const SearchResultsSchema = z
  .object({ results: z.array(SearchResultSchema), truncated: z.boolean() })
  .meta({ id: 'SearchResults' });

export type SearchQuery = z.infer<typeof SearchQuerySchema>;
export type SearchResult = z.infer<typeof SearchResultSchema>;
export type SearchResults = z.infer<typeof SearchResultsSchema>;
